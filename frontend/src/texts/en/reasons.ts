/**
 * What a marketplace's answer means for a connection and what to do, by outcome class. `key` is how people call what
 * they would replace.
 */
export const reasons = {
  ok: "Everything works.",
  reauth_required: {
    consent: (marketplace: string) =>
      `${marketplace} no longer accepts our access. Reconnect: you are sent to ${marketplace} and confirm it again.`,
    key: (marketplace: string) =>
      `${marketplace} no longer accepts the key. Create a new one there and replace it here.`,
  },
  scope_missing: {
    consent: (marketplace: string) =>
      `The account answers, but we may not see all that is needed. Reconnect and allow everything that ${marketplace} lists.`,
    key: (marketplace: string) =>
      `The account answers, but the key may not see all that is needed. Give it the missing roles at ${marketplace}, or replace it.`,
  },
  token_kind_obsolete: {
    consent: (marketplace: string) =>
      `${marketplace} no longer takes accesses of this kind. Reconnect to get one of the new kind.`,
    key: (marketplace: string) =>
      `${marketplace} no longer takes keys of this kind. Create one of the new kind and replace it here.`,
  },
  tenant_disconnected: {
    consent: (marketplace: string) =>
      `Somebody disconnected this account at ${marketplace}. Reconnect if you want to use it again.`,
    key: (marketplace: string) =>
      `Somebody disconnected this account at ${marketplace}. Replace the key if you want to use it again.`,
  },
  config_error: {
    consent: (marketplace: string) =>
      `${marketplace} does not know this shop, region or account. Check there whether it still exists, then test again.`,
    key: (marketplace: string) =>
      `${marketplace} does not know this shop, region or account. Replace the key and check what you fill in beside it.`,
  },
  account_suspended: (marketplace: string) =>
    `${marketplace} has suspended, locked or frozen the account. Settle it with ${marketplace}, then test again.`,
  app_config: (marketplace: string) =>
    `${marketplace} refuses our application, not your account. The operator of this server has to mend it.`,
  bug: (marketplace: string) =>
    `${marketplace} did not understand our request. The operator of this server has to mend it.`,
  throttled: (marketplace: string) =>
    `Too many requests to ${marketplace} at the moment. Nothing is wrong with your account; test again later.`,
  transient: (marketplace: string) =>
    `${marketplace} could not be reached. Nothing is wrong with your account; test again later.`,
  edge_blocked: (marketplace: string) =>
    `A protection in front of ${marketplace} turned our request away. Nothing is wrong with your account; test again later.`,
  pending: "Whether it works is not known yet. Test it to find out.",
  unsettled: (sentence: string) => `The last check did not get through. ${sentence}`,
  soon: {
    authorisation: (marketplace: string) =>
      `${marketplace} asks for your consent again from time to time. Reconnect before it runs out.`,
    refresh_token: "The access could not be renewed lately. Test it; if that does not help, reconnect.",
  },
  notConfigured: "This way of connecting is not set up on this server any more. The operator has to mend it.",
};
