let token: Promise<string> | null = null;

async function askForToken(): Promise<string> {
  const response = await fetch("/session/token", { method: "POST" });
  const body: unknown = await response.json();
  if (
    typeof body === "object" &&
    body !== null &&
    "accessToken" in body &&
    typeof body.accessToken === "string"
  ) {
    return body.accessToken;
  }
  throw new Error("The host gave no access token.");
}

/** The access token of the person who is signed in; in memory only, and asked for again when the vault refuses it. */
export function getAccessToken({ fresh }: { fresh: boolean }): Promise<string> {
  if (fresh || token === null) {
    token = askForToken();
    token.catch(() => {
      token = null;
    });
  }
  return token;
}
