import type { components } from "../../lib/schema";

type Reason = components["schemas"]["OutcomeClass"];

/** Words for how connecting ended: with a key, or back from a consent page. */
export const returned = {
  connected: (name: string) => `${name} is connected`,
  severalConnected: (count: number, name: string) => `${count} ${name} accounts are connected`,
  anyConnected: (count: number) =>
    count === 1 ? "The account is connected" : `${count} accounts are connected`,
  together: "One consent covers them all: they are renewed together.",
  untested: (label: string) => `“${label}” is saved, not tested yet`,
  untestedText: "Test it from the list when the marketplace answers again.",
  account: (account: string) => `Account: ${account}.`,
  warnings: "Worth a look",
  dismiss: "Dismiss",
  again: "Begin again",
  asNew: "Connect the other account as a new one",
  denied: {
    title: "Not connected: you did not agree",
    text: "The marketplace told us that access was not allowed. Nothing was changed. You can begin again whenever you like.",
  },
  expired: {
    title: "Not connected: this took too long",
    text: "You have ten minutes for it, once, and in the same browser. Begin again.",
  },
  invalid: {
    title: "Not connected: the answer was not the marketplace's",
    text: "What came back is not what the marketplace sends, so we did not use it. Begin again from this page.",
  },
  other_account: {
    title: "Not reconnected: you agreed for another account",
    text: "The connection stays as it was. To reconnect it, sign in at the marketplace with its own account. The account that you agreed for can be connected as a new one.",
  },
  failed: {
    title: "Not connected: something went wrong on our side",
    text: "Begin again in a moment. If it stays, tell the operator of this installation.",
  },
  refused: "Not connected: the marketplace did not go through with it",
  reason: {
    ok: "Begin again.",
    reauth_required: "It did not accept the consent. Begin again.",
    scope_missing: "Some of what we asked for was not allowed. Begin again and allow all of it.",
    app_config:
      "It refused our application, not you: its plan may allow no more accounts, or it is not set up fully. Tell the operator of this installation.",
    account_suspended:
      "The account is suspended, locked or frozen, or its plan has run out. Settle it with the marketplace, then begin again.",
    tenant_disconnected: "The account was disconnected there while you were connecting it. Begin again.",
    token_kind_obsolete: "It no longer gives out this kind of access. Connect in another way.",
    throttled: "There are too many requests to it at the moment. Begin again in a few minutes.",
    transient: "It does not answer at the moment. Begin again in a few minutes.",
    edge_blocked: "A protection in front of it turned us away. Begin again in a few minutes.",
    config_error: "It does not know this shop, region or account. Check what you entered and begin again.",
    bug: "It did not understand us. Tell the operator of this installation.",
  } satisfies Record<Reason, string>,
};
