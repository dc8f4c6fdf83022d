/** Words that several screens share. */
export const common = {
  cancel: "Cancel",
  close: "Close",
  retry: "Try again",
  loading: "Loading…",
  problem: {
    noAnswer: "The server could not be reached. Check your connection and try again.",
    signIn: "You are signed out. Sign in again to go on.",
    forbidden: "Your role does not allow that.",
    tooMany: "Too many requests. Wait a moment and try again.",
    unavailable: "The server cannot answer at the moment. Try again in a moment.",
    reload: "This page was open for too long. Load it again, then repeat what you did.",
    unexpectedWithoutNumber: "Something went wrong on our side. Try again.",
    retryAt: (when: string) => `You can try again ${when}.`,
    unexpected: "Something went wrong on our side. Try again; if it stays, tell us the number below.",
    changed: "Somebody else changed this connection in the meantime. Look at it again.",
    gone: "This connection does not exist any more.",
    requestId: (id: string) => `Number of the request: ${id}`,
  },
};
