import { useEffect } from "react";

import { usePlace } from "../features/connections/navigation/location";
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
export function useViewTitle() {
  const texts = useTexts();
  const { place } = usePlace();
  useTitle(place.at === "connect" ? texts.form.title : texts.list.title);
}
