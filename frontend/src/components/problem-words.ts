import { ApiProblem, NoAnswer } from "../lib/problem";
import type { Texts } from "../texts/texts";

export interface ProblemWords {
  text: string;
  /** Whom it helps to know the number of the request: only where it is not the caller who can mend it. */
  requestId: string | null;
  /** Not before this time, where the server said so. */
  retryAt: string | null;
}

/** What went wrong, for people. Where the server's own words say more than a kind can, they are used. */
export function problemWords(error: unknown, texts: Texts): ProblemWords {
  const words = texts.common.problem;
  if (error instanceof NoAnswer) {
    return { text: words.noAnswer, requestId: null, retryAt: null };
  }
  if (!(error instanceof ApiProblem)) {
    return { text: words.unexpectedWithoutNumber, requestId: null, retryAt: null };
  }
  const requestId = error.document.requestId ?? null;
  const retryAt = error.document.retryAt ?? null;
  const known = knownText(error, texts);
  if (known !== null) {
    return { text: known, requestId: null, retryAt };
  }
  if (isTrouble(error.status)) {
    return { text: words.unavailable, requestId, retryAt };
  }
  const isOurs = error.status >= 500 || error.kind === "about:blank";
  return isOurs
    ? { text: requestId === null ? words.unexpectedWithoutNumber : words.unexpected, requestId, retryAt }
    : { text: error.document.detail, requestId: null, retryAt };
}

function isTrouble(status: number) {
  return status === 502 || status === 503 || status === 504;
}

function knownText(error: ApiProblem, texts: Texts): string | null {
  const words = texts.common.problem;
  switch (error.kind) {
    case "csrf":
      return words.reload;
    case "conflict":
    case "precondition-failed":
      return words.changed;
  }
  switch (error.status) {
    case 401:
      return words.signIn;
    case 403:
      return words.forbidden;
    case 404:
      return words.gone;
    case 429:
      return words.tooMany;
    default:
      return null;
  }
}
