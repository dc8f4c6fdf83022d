/** Words of the page that the server embeds: signing in and out, looks. */
export const app = {
  name: "Fluxori connections",
  titleOf: (view: string) => `${view} · Fluxori`,
  skip: "Skip to the content",
  asking: "Looking up who is signed in…",
  unknown: "It could not be found out who is signed in",
  signIn: {
    title: "Sign in",
    purpose: "Connect your marketplace accounts to Fluxori, and see whether the connections work.",
    button: "Sign in",
    again: "Sign in again",
    byLink: "Open a sign-in link to go on. Whoever runs this server can make one for you.",
    byLinkHow: "On the server, this command prints one:",
    outcome: {
      denied: "You did not sign in. Nothing has changed; sign in when you are ready.",
      expired: "Signing in took too long, or was begun in another browser. Please sign in again.",
      failed:
        "Signing in did not work: the sign-in service gave no usable answer. Try again in a moment; if it stays, tell whoever runs this server.",
      forbidden:
        "Your account may not use this page: it is not said which organization it belongs to. Ask whoever manages your accounts to add it to one.",
      link: "This sign-in link has been used already, or is too old. Ask for a new one.",
    },
    end: {
      ended:
        "Your session has ended, to protect your accounts. Sign in again, and you come back to where you were.",
      signedOut: "You are signed out.",
    },
  },
  stillSignedIn: (user: string) => `You are still signed in as ${user}.`,
  sessionEnds: (time: string, relative: string) => `You will be signed out ${relative}, at ${time}.`,
  signOut: "Sign out",
  signOutFailed: "You could not be signed out",
  account: (user: string) => `Account: ${user}`,
  signedInAs: "Signed in as",
  organization: (name: string) => `Organization: ${name}`,
  appearance: { name: "Appearance", light: "Light", dark: "Dark", auto: "Same as this device" },
};
