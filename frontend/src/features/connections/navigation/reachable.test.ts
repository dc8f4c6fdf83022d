import { expect, test } from "vitest";

import { rightsOf, type Role } from "../../../lib/rights";
import { placeOf } from "./location";
import { reachable } from "./reachable";

const at = (query: string, ...roles: Role[]) => {
  const place = reachable(placeOf(new URLSearchParams(query)), rightsOf(roles));
  return place.at === "list" ? place.whose : place.at;
};

test.each<[Role, string, string, string]>([
  ["member", "own", "own", "connect"],
  ["read_only", "own", "own", "own"],
  ["org_admin", "everybody", "trail", "connect"],
  ["auditor", "trail", "trail", "trail"],
  ["service", "trail", "trail", "trail"],
])("%s is where they may be", (role, everybody, history, connect) => {
  expect(at("show=everybody", role)).toBe(everybody);
  expect(at("show=history", role)).toBe(history);
  expect(at("connect=xero", role)).toBe(connect);
});

test("who comes back from a consent comes back to the list that they left", () => {
  const place = placeOf(new URLSearchParams("show=everybody&result=connected&connection=1"));
  expect(place).toMatchObject({ at: "returned", whose: "everybody" });
});
