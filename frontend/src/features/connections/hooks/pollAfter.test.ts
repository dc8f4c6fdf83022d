import { expect, test } from "vitest";

import { connection } from "../../../testing/data";
import { pollAfter } from "./useConnections";

const pagesOf = (...statuses: ("pending" | "connected")[]) => ({
  pages: [{ items: statuses.map((status) => connection({ status })), nextCursor: null }],
  pageParams: [undefined],
});

test("nothing is asked while nothing is pending", () => {
  expect(pollAfter(undefined, 1)).toBe(false);
  expect(pollAfter(pagesOf("connected"), 1)).toBe(false);
});

test("as long as the list stays as it is, the waits double up to a minute", () => {
  const list = pagesOf("connected", "pending");
  const waits = [5, 6, 7, 8, 9, 10, 11].map((updates) => pollAfter(list, updates));
  expect(waits).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
});

test("a change begins anew with a short wait, however often was asked before", () => {
  const before = pagesOf("pending", "pending");
  pollAfter(before, 1);
  expect(pollAfter(before, 9)).toBe(60_000);
  const after = pagesOf("pending", "connected");
  expect(pollAfter(after, 10)).toBe(2000);
  expect(pollAfter(after, 11)).toBe(4000);
});
