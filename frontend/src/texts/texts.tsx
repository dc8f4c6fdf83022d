import { createContext, use, type ReactNode } from "react";

import { en } from "./en";

/** Every text of the page in one language. `language` is its BCP 47 tag, for `Intl` too. */
export type Texts = typeof en;

const TextsContext = createContext<Texts>(en);

export function TextsProvider({ texts, children }: { texts: Texts; children: ReactNode }) {
  return <TextsContext value={texts}>{children}</TextsContext>;
}

/** The texts in the language of the page. */
export function useTexts(): Texts {
  return use(TextsContext);
}
