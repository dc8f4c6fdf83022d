import { useConnections } from "../hooks/useConnections";

/** The caller's connections. */
export function ConnectionList() {
  const { connections } = useConnections();
  return (
    <ul>
      {connections.map((connection) => (
        <li key={connection.id}>{connection.label}</li>
      ))}
    </ul>
  );
}
