import { reasons } from "./reasons";

const counted = (count: number) => (count === 1 ? "1 connection" : `${count} connections`);

/** Words of the list, its actions and the history. */
export const list = {
  title: "Connections",
  marketplaces: { takealot: "Takealot", amazon: "Amazon", shopify: "Shopify", xero: "Xero" },
  groupCount: counted,
  consent: (count: number) => `Connected with one consent: ${count} organisations share one sign-in at Xero.`,
  isDefault: "Default",
  isDefaultHelp: "Programs get this one when they name no account.",
  accountUnknown: "Account not known yet",
  accountNumber: (id: string) => `Account ${id}`,
  loading: "Loading your connections…",
  loadFailed: "Your connections could not be loaded",
  moreFailed: "The other connections could not be loaded",
  refreshFailed: "The list could not be brought up to date",
  showMore: "Show more",
  offline: {
    title: "You are offline",
    text: "What you see may be out of date. Testing and changing wait until you are online again.",
    nothing: "Your connections appear as soon as you are online again.",
  },
  readOnly: "You can look, but not change anything",
  empty: {
    nothing: "Nothing is connected yet",
    title: "Connect your first account",
    text: "Connect a shop or seller account once. Stock, orders and invoices then flow without anybody copying keys around, and you see here whether everything works.",
    points: [
      "Your keys are kept encrypted, and nobody can read them here again.",
      "We tell you before an access runs out.",
      "You can disconnect whenever you like.",
    ],
    about: {
      takealot: "Offers, stock and sales",
      amazon: "Listings, orders and payments",
      shopify: "Products, orders and customers",
      xero: "Invoices, payments and accounts",
    },
    button: "Connect an account",
  },
  find: {
    region: "Find connections",
    search: "Search",
    searchHelp: "Name or account",
    marketplace: "Marketplace",
    everyMarketplace: "All marketplaces",
    status: "Status",
    everyStatus: "Any status",
    clear: "Show all",
    clearSearch: "Clear the search",
    found: (count: number) =>
      count === 0
        ? "No connection matches."
        : count === 1
          ? "1 connection matches."
          : `${count} connections match.`,
    looking: (count: number) => `Looking through all connections, ${count} so far…`,
  },
  statuses: {
    pending: "Not tested yet",
    connected: "Connected",
    error: "Needs attention",
    expired: "Access ended",
    disconnected: "Disconnected",
  },
  reasons,
  facts: {
    checked: "Checked",
    neverChecked: "Never",
    synced: "Synchronised",
    neverSynced: "Not yet",
    syncFailed: (when: string) => `${when}, not everything was transferred`,
    clock: "Access",
    noClock: "Does not run out",
    clocks: {
      authorisation: (when: string) => `Connect again ${when}`,
      refresh_token: (when: string) => `Ends ${when} unless it can be renewed`,
    },
    clocksOver: {
      authorisation: (when: string) => `Had to be connected again ${when}`,
      refresh_token: (when: string) => `Ended ${when}`,
    },
    renewed: (when: string) => `Renewed by itself, ${when} at the latest`,
  },
  actions: {
    menu: (label: string) => `Actions for ${label}`,
    test: "Test",
    testing: "Testing…",
    reconnect: "Reconnect",
    leaving: (marketplace: string) => `Going to ${marketplace}…`,
    replaceKey: "Replace key",
    rename: "Rename",
    makeDefault: "Make default",
    history: "History",
    disconnect: "Disconnect",
    operator: "Tell the operator",
    offline: "You are offline",
    busy: "One moment: the last action is still under way",
    notConfigured: "The operator has to set this up first",
    of: (action: string, label: string) => `${action}: ${label}`,
    failed: {
      test: "The test could not be started",
      reconnect: "Reconnecting could not be started",
      makeDefault: "The default could not be changed",
    },
    madeDefault: (label: string, marketplace: string) => `${label} is now the default for ${marketplace}.`,
    dismiss: "Hide this message",
    lost: (label: string, problem: string) => `${label}: ${problem}`,
  },
  test: {
    under_way: (label: string) => `Testing ${label}…`,
    ok: (account: string | null, milliseconds: string) =>
      account === null
        ? `It works: the marketplace answered in ${milliseconds}.`
        : `It works: ${account} answered in ${milliseconds}.`,
    bad: (reason: string) => `The test did not pass. ${reason}`,
    troubled: (reason: string) => `The test did not get through. ${reason}`,
    rate: (remaining: string, limit: string | null) =>
      limit === null ? `${remaining} calls are left.` : `${remaining} of ${limit} calls are left.`,
    resets: (when: string) => `The count begins anew ${when}.`,
    retry: (when: string) => `Try again ${when}.`,
  },
  rename: {
    title: "Rename connection",
    label: "Name",
    help: "Only you and your colleagues see it. Up to 100 characters.",
    empty: "Give it a name.",
    tooLong: "Use at most 100 characters.",
    save: "Save name",
    failed: "The name was not changed",
    changed: (label: string) => `Its name is now “${label}”. Save again to change it all the same.`,
    saved: (label: string) => `The name is now ${label}.`,
  },
  disconnect: {
    title: (label: string) => `Disconnect ${label}?`,
    stops: (label: string, marketplace: string) =>
      `Programs lose their access to ${label} at ${marketplace} at once, and the stored key is destroyed. This cannot be taken back; connecting again is possible at any time.`,
    choice: "What should happen?",
    revoke: "Disconnect at the marketplace and forget it here",
    revokeHelp: {
      shopify: "Our app is uninstalled from your shop.",
      xero: "The organisation is disconnected from our app at Xero.",
    },
    forget: "Only forget it here",
    forgetHelp: (marketplace: string) =>
      `At ${marketplace} everything stays as it is until you end it there.`,
    byHand: (marketplace: string) => `${marketplace} itself is not told. To end the access there too:`,
    isDefault:
      "It is the default. Afterwards programs that name no account may have to be told which one to use.",
    shared: (others: string) => `It shares one consent with ${others}. They stay connected.`,
    confirm: "Disconnect",
    failed: "It could not be disconnected",
    done: (label: string) => `${label} is disconnected`,
    results: {
      done: (marketplace: string) => `It is cut off at ${marketplace} too. There is nothing left to do.`,
      left_to_seller: (marketplace: string) =>
        `It is forgotten here. Only you can end the access at ${marketplace}:`,
      pending: (marketplace: string) =>
        `It is forgotten here. ${marketplace} does not answer at the moment; we go on trying for a week. You can also do it yourself:`,
      not_asked: (marketplace: string) =>
        `It is forgotten here. At ${marketplace} nothing was changed. If you want to end it there:`,
      given_up: (marketplace: string) =>
        `It is forgotten here, but ${marketplace} did not let us cut it off. Please do it yourself:`,
    },
    close: "Done",
  },
  history: {
    title: (label: string) => `History of ${label}`,
    loading: "Loading the history…",
    failed: "The history could not be loaded",
    empty: "Nothing has happened yet.",
    more: "Show older",
    times: (count: number) => `${count} times`,
    by: (program: string) => (program === "web" ? "on this page" : `by ${program}`),
    purpose: (purpose: string) => `for ${purpose}`,
    request: (id: string) => `Request ${id}`,
    outcomes: {
      ok: "It worked.",
      reauth_required: "The marketplace did not accept the access.",
      scope_missing: "The access may not see all that is needed.",
      app_config: "The marketplace refused our application.",
      account_suspended: "The account was suspended or locked.",
      tenant_disconnected: "The account had been disconnected at the marketplace.",
      token_kind_obsolete: "The marketplace did not take this kind of access.",
      throttled: "The marketplace asked us to slow down.",
      transient: "The marketplace could not be reached.",
      edge_blocked: "Our request was turned away before it reached the marketplace.",
      config_error: "The marketplace did not know the shop, region or account.",
      bug: "The marketplace did not understand our request.",
    },
    kinds: {
      "connection.created": "Connected",
      "connection.changed": "Name or default changed",
      "credential.replaced": "Key replaced",
      "connection.reauthorised": "Connected again at the marketplace",
      "credential.refreshed": "Access renewed automatically",
      "credential.refused": "The marketplace refused to renew the access",
      "connection.tested": "Tested",
      "connection.synced": "Synchronised",
      "credential.read": "Key used",
      "connection.deleted": "Disconnected",
      "credential.destroyed": "Key destroyed",
      "connection.given_away": "Handed over to a colleague",
      "connection.taken_over": "Taken over from a colleague",
    },
  },
  operator: {
    title: "Tell the operator",
    text: "The people who run this server have to mend this. Send them these lines; there is nothing secret in them.",
    lines: (about: { marketplace: string; id: string; reason: string; checkedAt: string }) =>
      [
        `Connection: ${about.id} (${about.marketplace})`,
        `Reason: ${about.reason}`,
        `Last checked: ${about.checkedAt}`,
      ].join("\n"),
    missing: (settings: string) => `Missing settings: ${settings}`,
    copy: "Copy",
    copied: "Copied",
  },
  summary: {
    title: "Connections",
    total: (count: number) => (count === 0 ? "Nothing is connected yet." : counted(count)),
    failed: "The state of your connections could not be loaded",
    loading: "Loading the state of your connections…",
    nextNone: "Nothing runs out.",
    nextOf: (label: string, marketplace: string) => `${label} (${marketplace})`,
  },
};
