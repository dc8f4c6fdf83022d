import { expect, test } from "vitest";

import { isRole, rightsOf } from "./rights";

test("who has no role is a member", () => {
  expect(rightsOf([])).toEqual(rightsOf(["member"]));
});

test("the rights of several roles add up", () => {
  expect(rightsOf(["read_only", "auditor"])).toEqual({ see: "own", change: "none", audit: "organization" });
  expect(rightsOf(["auditor", "read_only"])).toEqual(rightsOf(["read_only", "auditor"]));
  expect(rightsOf(["service", "member"])).toEqual(rightsOf(["member"]));
});

test("what is no role is none", () => {
  expect(["org_admin", "owner", "toString", 1].map(isRole)).toEqual([true, false, false, false]);
});
