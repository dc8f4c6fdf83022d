import { screen } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { ApiProblem, NoAnswer } from "../lib/problem";
import { expectAccessible } from "../testing/a11y";
import { render } from "../testing/render";
import { ProblemNotice } from "./ProblemNotice";

const REQUEST = "01890a5d-ac96-774b-bcce-b302099a8057";

function problem(kind: string, status: number, more: { retryAt?: string } = {}) {
  return new ApiProblem({
    type: kind === "about:blank" ? kind : `/problems/${kind}`,
    title: kind,
    status,
    detail: `The detail of ${kind}.`,
    requestId: REQUEST,
    ...more,
  });
}

describe("a notice says in words", () => {
  test.each([
    [new NoAnswer(), /could not be reached/],
    [problem("login-required", 401), /signed out/],
    [problem("forbidden", 403), /Your role does not allow/],
    [problem("csrf", 403), /Load it again/],
    [problem("not-found", 404), /does not exist any more/],
    [problem("conflict", 409), /Somebody else changed/],
    [problem("precondition-failed", 412), /Somebody else changed/],
    [problem("already-connected", 409), "The detail of already-connected."],
    [problem("validation-failed", 422), "The detail of validation-failed."],
    [problem("too-many-requests", 429), /Too many requests/],
    [problem("internal", 500), /went wrong on our side/],
    [problem("unavailable", 503), /cannot answer at the moment/],
    [problem("about:blank", 418), /went wrong on our side/],
    [new TypeError("canary"), /went wrong on our side/],
  ])("%s", (error, words) => {
    render(<ProblemNotice error={error} />);
    expect(screen.getByRole("alert")).toHaveTextContent(words);
  });
});

test("the number of the request is there for what only the operator can mend", () => {
  const { unmount } = render(<ProblemNotice error={problem("internal", 500)} />);
  expect(screen.getByText(new RegExp(REQUEST))).toBeVisible();
  unmount();
  render(<ProblemNotice error={problem("forbidden", 403)} />);
  expect(screen.queryByText(new RegExp(REQUEST))).toBeNull();
});

test("it says when to try again, as long as that is ahead", () => {
  const retryAt = new Date(Date.now() + 5 * 60_000 + 30_000).toISOString();
  render(<ProblemNotice error={problem("unavailable", 503, { retryAt })} />);
  expect(screen.getByText("You can try again in 5 minutes.")).toBeVisible();
});

test("trying again is a button, and there is none where it makes no sense", async () => {
  const onRetry = vi.fn();
  const { user, unmount } = render(
    <ProblemNotice error={new NoAnswer()} title="No list" onRetry={onRetry} />,
  );
  expect(screen.getByRole("alert", { name: "No list" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(onRetry).toHaveBeenCalledOnce();
  await expectAccessible();
  unmount();
  render(<ProblemNotice error={new NoAnswer()} />);
  expect(screen.queryByRole("button")).toBeNull();
});

test("nothing went wrong, nothing is shown", () => {
  render(<ProblemNotice error={null} />);
  expect(screen.queryByRole("alert")).toBeNull();
});
