function variable(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(
      `${name} is not set: run this by \`cargo xtask test\`, or beside \`cargo xtask e2e-stage\``,
    );
  }
  return value;
}

function readKeys(): Record<string, unknown> {
  const keys: unknown = JSON.parse(variable("FLUXORI_E2E_KEYS"));
  return typeof keys === "object" && keys !== null ? Object.fromEntries(Object.entries(keys)) : {};
}

const keys = readKeys();

/** The running product that the tests try, as its environment tells. */
export const stage = {
  url: variable("FLUXORI_E2E_URL"),
  /** Where the simulated marketplaces are, and their orders under `/control`. */
  marketplaces: variable("FLUXORI_E2E_MARKETPLACES"),
  /** Where people sign in. */
  identity: variable("FLUXORI_E2E_IDENTITY"),
  /** The server's program, for its commands. */
  server: variable("FLUXORI_E2E_SERVER"),
  chromium: process.env["FLUXORI_E2E_CHROMIUM"] ?? "/usr/bin/chromium",
  artefacts: process.env["FLUXORI_ARTEFACTS"] ?? "artefacts",
};

/** A credential of the simulated marketplaces, such as `TAKEALOT_GOOD`. */
export function demoKey(name: string): string {
  const key = keys[`DEMO_${name}`];
  if (typeof key !== "string") {
    throw new Error(`the stage has no key ${name}`);
  }
  return key;
}
