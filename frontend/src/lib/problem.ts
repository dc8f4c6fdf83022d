import type { components } from "./schema";

export type ProblemDocument = components["schemas"]["Problem"];
export type FieldProblem = components["schemas"]["FieldProblem"];

/** The server answered that it did not do it, and why: a problem document (RFC 9457). */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  /** The last part of the document's `type`, such as `validation-failed`; decide by this. */
  readonly kind: string;
  readonly document: ProblemDocument;

  constructor(document: ProblemDocument) {
    super(document.detail);
    this.document = document;
    this.kind = document.type.slice(document.type.lastIndexOf("/") + 1);
  }

  get status(): number {
    return this.document.status;
  }

  /** What is wrong with this field, if anything; `credentials.apiKey` also answers to `apiKey`. */
  fieldMessage(name: string): string | undefined {
    const found = this.document.errors?.find(
      ({ field }) => field === name || field.slice(field.indexOf(".") + 1) === name,
    );
    return found?.message;
  }
}

/** No answer came: offline, or the server cannot be reached. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";

  constructor(cause?: unknown) {
    super("The server could not be reached.", { cause });
  }
}

/** The caller has to sign in (again). */
export function needsSignIn(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}

/** Trying again in a while may help. */
export function isTemporary(error: unknown): boolean {
  return (
    error instanceof NoAnswer || (error instanceof ApiProblem && [429, 502, 503, 504].includes(error.status))
  );
}

/** Reads a refusal. What is no problem document, from a proxy for instance, becomes one without its words. */
export function problemOf(response: Response, body: unknown): ApiProblem {
  if (typeof body === "object" && body !== null && "type" in body && "detail" in body) {
    return new ApiProblem(body as ProblemDocument);
  }
  return new ApiProblem({
    type: "about:blank",
    title: "Unexpected answer",
    status: response.status,
    detail: `The server answered with status ${response.status}.`,
  });
}
