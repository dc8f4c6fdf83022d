import { screen } from "@testing-library/react";
import { lazy } from "react";
import { expect, test, vi } from "vitest";

import { render } from "../testing/render";
import { LazyPart } from "./LazyPart";

test("a part that cannot be loaded says so and offers to try again", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const Broken = lazy(() => Promise.reject<{ default: () => null }>(new TypeError("no such file")));
  render(
    <LazyPart>
      <Broken />
    </LazyPart>,
  );
  expect(await screen.findByRole("button", { name: "Try again" })).toBeVisible();
});

test("a part that is loaded shows itself", async () => {
  const Good = lazy(() => Promise.resolve({ default: () => <p>Here it is</p> }));
  render(
    <LazyPart>
      <Good />
    </LazyPart>,
  );
  expect(await screen.findByText("Here it is")).toBeVisible();
});
