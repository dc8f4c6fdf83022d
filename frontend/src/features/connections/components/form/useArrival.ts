import { useEffect, useState } from "react";

import { usePlace, type OpenPlace } from "../../navigation/location";
import type { Arrival } from "./arrival";

/**
 * Where one is, and how one came there. What a consent returned with is taken out of the address as soon as it is known,
 * so that neither loading the page again nor the back button tells it twice.
 */
export function useArrival() {
  const { place, go } = usePlace();
  const [arrival, setArrival] = useState<Arrival | null>(null);
  const [seen, setSeen] = useState<typeof place | null>(null);
  // Whoever was elsewhere comes to the list as to a new view.
  const [hasLeft, setHasLeft] = useState(false);
  if (place !== seen) {
    setSeen(place);
    if (place.at === "returned") {
      setArrival({ by: "consent", place });
    } else if (place.at === "connect") {
      setArrival(null);
    }
    // Where a consent returned to is left by itself.
    if (place.at === "connect" || (seen !== null && seen.at !== "returned")) {
      setHasLeft(true);
    }
  }
  useEffect(() => {
    if (place.at === "returned") {
      go({ at: "list", whose: place.whose }, { replace: true });
    }
  }, [place, go]);

  /** To the list, in the place of the form: going back from there does not lead to a form that is done with. */
  const arrive = (how: Arrival) => {
    go({ at: "list", whose: "own" }, { replace: true });
    setArrival(how);
  };
  const goTo = (to: OpenPlace) => go(to);
  return { place, goTo, arrival, arrive, dismiss: () => setArrival(null), hasLeft };
}
