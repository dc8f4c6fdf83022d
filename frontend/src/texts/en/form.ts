import { outcome } from "./outcome";
import { returned } from "./returned";

/** Words of connecting: choosing a marketplace, and its form. */
export const form = {
  title: "Connect a marketplace",
  intro: "Choose where your account is. You need to be able to sign in there.",
  ways: "Back",
  back: "All connections",
  loadFailed: "The marketplaces could not be loaded",
  none: "No marketplace can be connected here.",
  notConfigured: "Not set up yet",
  missing: (settings: string[]) => `The operator of this installation has to set ${conjunction(settings)}.`,

  connect: (name: string) => `Connect ${name}`,
  chooseAnother: "Choose another marketplace",
  otherWays: "Other ways to connect",
  startedThere: (name: string) =>
    `You came here from ${name} to connect your account. Look at what is filled in, then go on.`,

  howTo: { key: "Where do I find this?", consent: "What happens next?" },
  helpLink: (name: string) => `Open ${name} in a new tab`,

  show: "Show",
  hide: "Hide",
  showField: (label: string) => `Show ${label}`,
  hideField: (label: string) => `Hide ${label}`,
  usually: (words: string) => `This looks unusual: usually it ${words}. Check that all of it was copied.`,
  optional: (label: string) => `${label} (optional)`,
  unchosen: "Choose…",
  unset: "Leave it to us",
  unchanged: "Leave it as it is",
  fault: {
    required: (label: string) => `${label} is missing.`,
    tooLong: (label: string, most: number, actual: number) =>
      `${label} has ${actual} characters; ${most} are the most. Check that nothing else was copied.`,
  },

  naming: "Name and default (optional)",
  label: "Your name for it",
  labelHelp: "Such as the name of the shop. The account's own name when you leave this empty.",
  makeDefault: "Make it the default",
  makeDefaultHelp: (name: string) =>
    `Used wherever no account is named. Your first ${name} account becomes it anyway.`,

  test: "Test and connect",
  testing: (name: string) => `Asking ${name} whether this works…`,
  skip: "Save without testing",
  keySafe: "What you enter is sent once, kept encrypted and never shown again.",
  goTo: (name: string) => `Go to ${name}`,
  going: (name: string) => `Going to ${name}…`,
  leaving: (name: string) => `You leave this page for ${name} and come back when you have agreed there.`,

  refused: "Not connected",
  notReplaced: "The key was not replaced",
  correct: "Correct the marked fields",
  correctText: "What is wrong stands below each of them.",
  alsoWrong: (field: string, message: string) => `${field}: ${message}`,
  waitUntil: (time: string, relative: string) => `Try again after ${time} (${relative}).`,
  notSupported: "This way of connecting does not exist any more. Load the page again.",
  notSetUp: (name: string) =>
    `This way of connecting ${name} is not set up. The operator of this installation has to do that.`,
  returnAddress: (address: string) =>
    `The server does not let browsers come back to this page. The operator of this installation has to add ${address} to RETURN_ADDRESSES.`,
  stillRunning: "The same attempt is still under way. Wait a moment, then try again.",
  changedSince:
    "The form was changed after an attempt whose answer was lost. Look whether the account is in your list; if not, try again.",

  duplicate: {
    title: "This account is connected already",
    text: (label: string) => `It is in your list as “${label}”.`,
    textUnnamed: "It is in your list.",
    takesIt: "You can give that connection this new key.",
    replace: "Replace its key with this one",
    show: "Show the connection",
  },
  other: {
    title: "The key belongs to another account",
    create:
      "The key works, but for another account than the form names. Correct the account in the form, or use the key of that account.",
    replace: (account: string) =>
      `The key works, but not for ${account}. Nothing was changed. Use a key of that account, or connect the other account as a new one.`,
    asNew: "Connect it as a new one",
  },
  choose: {
    title: "Choose an account",
    text: "The key reaches several accounts. Choose the one to connect; you can connect the others afterwards.",
    label: "Account",
    again: "Connect this account",
    unnamed: (id: string) => `Account ${id}`,
  },

  replace: {
    title: (label: string) => `Replace the key of “${label}”`,
    intro: (name: string) =>
      `The new key is tested at ${name} first. The old one stays in force until the new one is known to work.`,
    submit: "Test and replace",
    noForm: "This connection has no key to replace. Use Reconnect instead.",
    done: "The key was replaced",
  },

  outcome,
  returned,
};

/** "A, B and C". */
function conjunction(words: string[]): string {
  return new Intl.ListFormat("en", { type: "conjunction" }).format(words);
}
