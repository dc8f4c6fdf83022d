import type { Arrival } from "./arrival";
import { ConnectedNotice } from "./ConnectedNotice";
import { ReturnedNotice } from "./ReturnedNotice";

interface Props {
  arrival: Arrival | null;
  onDismiss: () => void;
  onConnect: () => void;
}

/** Tells how connecting ended. Always on the screen, so that what comes into it is read aloud. */
export function ArrivalNotice({ arrival, onDismiss, onConnect }: Props) {
  return (
    <div role="status">
      {arrival?.by === "key" && <ConnectedNotice connection={arrival.connection} onDismiss={onDismiss} />}
      {arrival?.by === "consent" && (
        <ReturnedNotice place={arrival.place} onDismiss={onDismiss} onConnect={onConnect} />
      )}
    </div>
  );
}
