import { useEffect } from "react";

import { usePlace } from "../features/connections/navigation/location";
import { reachable, titleOf } from "../features/connections/navigation/reachable";
import type { Rights } from "../lib/rights";
import { useTexts } from "../texts/texts";

/** Names the tab of the browser after the view, and says in which language the page is. */
export function useTitle(view: string) {
  const { app, language } = useTexts();
  useEffect(() => {
    document.title = app.titleOf(view);
    document.documentElement.lang = language;
  }, [app, language, view]);
}

/** The same for the views of somebody who is signed in. */
export function useViewTitle(rights: Rights) {
  const texts = useTexts();
  const { place } = usePlace();
  useTitle(titleOf(reachable(place, rights), texts));
}
