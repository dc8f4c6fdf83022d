import type { CreatedConnection, ReplacedCredentials } from "../../api/types";
import type { Place } from "../../navigation/location";

/** How somebody came to the list from connecting an account, told once. */
export type Arrival =
  | { by: "consent"; place: Extract<Place, { at: "returned" }> }
  | { by: "key"; connection: CreatedConnection | ReplacedCredentials }
  /** To look at a connection that there was already. */
  | { by: "link"; id: string };

/** The connections that it is about. */
export function concerned(arrival: Arrival | null): string[] {
  switch (arrival?.by) {
    case "consent":
      return arrival.place.connections;
    case "key":
      return [arrival.connection.id];
    case "link":
      return [arrival.id];
    case undefined:
      return [];
  }
}
