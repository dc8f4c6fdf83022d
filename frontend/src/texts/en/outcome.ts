import type { components } from "../../lib/schema";

/** What the answer of a marketplace to a new key means, and what to do. */
export const outcome: Record<
  components["schemas"]["OutcomeClass"],
  { title: (name: string) => string; next: (name: string) => string }
> = {
  ok: { title: () => "It works", next: () => "" },
  reauth_required: {
    title: (name) => `${name} does not accept this key`,
    next: (name) =>
      `Copy it again, all of it. If it still does not work it was revoked or replaced: make a new one at ${name}.`,
  },
  scope_missing: {
    title: () => "The key works, but may not do enough",
    next: (name) =>
      `Some roles or scopes that we need are missing. Add them at ${name}, and check that the region is right, then test again.`,
  },
  account_suspended: {
    title: (name) => `${name} has suspended or locked this account`,
    next: (name) => `Settle it with ${name}, then connect again.`,
  },
  tenant_disconnected: {
    title: (name) => `This account was disconnected at ${name}`,
    next: (name) => `Allow access again at ${name}, then connect again.`,
  },
  token_kind_obsolete: {
    title: (name) => `${name} no longer accepts this kind of key`,
    next: () => "Make one of the present kind, or connect in another way.",
  },
  config_error: {
    title: (name) => `${name} does not know this account`,
    next: () => "Check the shop, the region or the account that you entered.",
  },
  throttled: {
    title: (name) => `Too many requests to ${name} at the moment`,
    next: () => "Nothing is known to be wrong with the key. Try again later.",
  },
  transient: {
    title: (name) => `${name} does not answer at the moment`,
    next: () => "Nothing is known to be wrong with the key. Try again later.",
  },
  edge_blocked: {
    title: (name) => `A protection in front of ${name} turned us away`,
    next: () => "Nothing is known to be wrong with the key. Try again later.",
  },
  app_config: {
    title: (name) => `${name} refused our application, not your key`,
    next: () => "There is nothing for you to mend. Tell the operator of this installation.",
  },
  bug: {
    title: (name) => `${name} did not understand us`,
    next: () => "There is nothing for you to mend. Tell the operator of this installation.",
  },
};
