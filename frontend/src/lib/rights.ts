import type { components } from "./schema";

export type Role = components["schemas"]["Role"];

/** With whose connections something may be done. */
export type Reach = "none" | "own" | "organization";

/** What somebody may do: see connections, change them, read what happened to them. */
export interface Rights {
  see: Reach;
  change: Reach;
  audit: Reach;
}

/** What is offered to each role. The server has the same table, and the last word. */
const TABLE: Record<Role, Rights> = {
  member: { see: "own", change: "own", audit: "own" },
  read_only: { see: "own", change: "none", audit: "own" },
  org_admin: { see: "organization", change: "organization", audit: "organization" },
  auditor: { see: "none", change: "none", audit: "organization" },
  service: { see: "none", change: "none", audit: "none" },
};

const ORDER: readonly Reach[] = ["none", "own", "organization"];

const further = (one: Reach, other: Reach) => (ORDER.indexOf(one) > ORDER.indexOf(other) ? one : other);

/** The rights of several roles add up; who has none is a member. */
export function rightsOf(roles: readonly Role[]): Rights {
  const [first = "member", ...others] = roles;
  return others.reduce<Rights>(
    (sum, role) => ({
      see: further(sum.see, TABLE[role].see),
      change: further(sum.change, TABLE[role].change),
      audit: further(sum.audit, TABLE[role].audit),
    }),
    TABLE[first],
  );
}

export function isRole(value: unknown): value is Role {
  return typeof value === "string" && Object.hasOwn(TABLE, value);
}
