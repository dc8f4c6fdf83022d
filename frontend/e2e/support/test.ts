import { test as base, type Page } from "@playwright/test";

import { Guard } from "./guard";
import { agreeToSignIn } from "./identity";

export { expect } from "@playwright/test";

/** Somebody with an organization of their own, so that tests do not see each other's connections. */
export interface Person {
  user: string;
  organization: string;
  /** For names at marketplaces that nobody else has. */
  unique: string;
}

interface Fixtures {
  guard: Guard;
  person: Person;
  /** A page on which that person is signed in. */
  home: Page;
}

let made = 0;

export const test = base.extend<Fixtures>({
  guard: [
    async ({ context }, provide) => {
      const guard = new Guard();
      await guard.watch(context);
      await provide(guard);
      guard.conclude();
    },
    { auto: true },
  ],
  person: async ({ browserName: _ }, provide, info) => {
    made += 1;
    const unique = `${info.workerIndex}-${made}-${Date.now().toString(36)}`;
    await provide({ user: `user-${unique}`, organization: `org-${unique}`, unique });
  },
  home: async ({ page, person }, provide) => {
    await page.goto("/auth/sign-in");
    await agreeToSignIn(page, person);
    await page.getByRole("heading", { level: 1, name: "Connections" }).waitFor();
    await provide(page);
  },
});
