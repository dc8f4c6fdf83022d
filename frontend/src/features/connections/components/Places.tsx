import { useApi } from "../../../lib/api-context";
import { useTexts } from "../../../texts/texts";
import type { OpenPlace, Place } from "../navigation/location";
import { usePlaceLink } from "../navigation/use-place-link";
import classes from "./Places.module.css";

interface Props {
  place: Place;
}

/** The ways between the lists and the history, for whoever may see more than one of them. */
export function Places({ place }: Props) {
  const { places } = useTexts().list;
  const { rights } = useApi();
  const here = place.at === "list" || place.at === "returned" ? place.whose : place.at;
  const open = [
    ...(rights.see !== "none" ? (["own"] as const) : []),
    ...(rights.see === "organization" ? (["everybody"] as const) : []),
    ...(rights.audit === "organization" ? (["trail"] as const) : []),
  ];
  if (open.length < 2) {
    return null;
  }
  return (
    <nav aria-label={places.name}>
      <ul className={classes["places"]}>
        {open.map((name) => (
          <li key={name}>
            <PlaceLink
              to={name === "trail" ? { at: "trail" } : { at: "list", whose: name }}
              text={places[name]}
              isHere={name === here}
            />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function PlaceLink({ to, text, isHere }: { to: OpenPlace; text: string; isHere: boolean }) {
  return (
    <a {...usePlaceLink(to)} className={classes["place"]} aria-current={isHere ? "page" : undefined}>
      {text}
    </a>
  );
}
