import { expect, type BrowserContext, type ConsoleMessage } from "@playwright/test";

import { stage } from "./stage";

declare global {
  interface Window {
    reportViolation?: (text: string) => Promise<void>;
  }
}

const HOME = new URL(stage.url).origin;
const KNOWN = [HOME, new URL(stage.marketplaces).origin, new URL(stage.identity).origin];

/** Watches everything that a browser does in a test, and what of it should not have been. */
export class Guard {
  readonly #problems: string[] = [];
  readonly #tolerated: RegExp[] = [];

  /** What the test itself brings about. */
  tolerate(...patterns: RegExp[]) {
    this.#tolerated.push(...patterns);
  }

  async watch(context: BrowserContext) {
    await context.exposeFunction("reportViolation", (text: string) => this.#problems.push(`CSP: ${text}`));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        void window.reportViolation?.(
          `${event.violatedDirective} ${event.blockedURI} in ${location.pathname}`,
        );
      });
    });
    context.on("weberror", (error) => this.#problems.push(`script: ${error.error().message}`));
    context.on("console", (message) => this.#listen(message));
    context.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith("http") && !KNOWN.includes(origin)) {
        this.#problems.push(`foreign host: ${origin}`);
      }
    });
  }

  /** The pages of the simulators are not ours. */
  #listen(message: ConsoleMessage) {
    const isOurs = message.page()?.url().startsWith(HOME) ?? true;
    if (isOurs && ["error", "warning"].includes(message.type())) {
      this.#problems.push(`console: ${message.text()} (${message.location().url})`);
    }
  }

  /** Fails with everything that was not tolerated. */
  conclude() {
    const left = this.#problems.filter(
      (problem) => !this.#tolerated.some((pattern) => pattern.test(problem)),
    );
    expect(left).toEqual([]);
  }
}
