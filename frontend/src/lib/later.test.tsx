import { render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { later, useLaterParts } from "./later";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function Page() {
  useLaterParts();
  return null;
}

function part() {
  const load = vi.fn(() => Promise.resolve(() => <p>Here it is</p>));
  return { load, Part: later(load) };
}

test("what comes later is loaded when there is nothing else to do, without being shown", () => {
  const { load } = part();
  render(<Page />);
  expect(load).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(load).toHaveBeenCalledOnce();
  expect(screen.queryByText("Here it is")).toBeNull();
});

test("what comes later is loaded at once when it is needed", async () => {
  vi.useRealTimers();
  const { load, Part } = part();
  render(
    <Suspense>
      <Part />
    </Suspense>,
  );
  expect(await screen.findByText("Here it is")).toBeVisible();
  expect(load).toHaveBeenCalledOnce();
});

test("nothing is loaded ahead while the browser is offline", () => {
  const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const { load } = part();
  render(<Page />);
  vi.runAllTimers();
  expect(load).not.toHaveBeenCalled();
  online.mockRestore();
});

test("nothing is loaded ahead for a page that is gone", () => {
  const { load } = part();
  const { unmount } = render(<Page />);
  unmount();
  vi.runAllTimers();
  expect(load).not.toHaveBeenCalled();
});
