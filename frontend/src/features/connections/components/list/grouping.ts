import type { Connection, ConnectionStatus, Marketplace } from "../../api/types";

/** What somebody looks for. */
export interface Wanted {
  search: string;
  marketplace: Marketplace | null;
  status: ConnectionStatus | null;
}

export const EVERYTHING: Wanted = { search: "", marketplace: null, status: null };

export function isNarrowed({ search, marketplace, status }: Wanted): boolean {
  return search.trim() !== "" || marketplace !== null || status !== null;
}

/** Connections do not change in place, so what they are found by is put together once for each. */
const found = new WeakMap<Connection, string>();

function haystack(connection: Connection): string {
  const known = found.get(connection);
  if (known !== undefined) {
    return known;
  }
  const { label, account, marketplace } = connection;
  const text = [label, account.name ?? "", account.id ?? "", marketplace].join("\n").toLocaleLowerCase();
  found.set(connection, text);
  return text;
}

/** Those that have every word of the search in them, wherever; in the name of their owner too where that is shown. */
export function narrow(
  connections: readonly Connection[],
  wanted: Wanted,
  showsOwners: boolean,
): readonly Connection[] {
  if (!isNarrowed(wanted)) {
    return connections;
  }
  const words = wanted.search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return connections.filter(
    (connection) =>
      (wanted.marketplace === null || connection.marketplace === wanted.marketplace) &&
      (wanted.status === null || connection.status === wanted.status) &&
      words.every(
        (word) =>
          haystack(connection).includes(word) ||
          (showsOwners && connection.user.toLocaleLowerCase().includes(word)),
      ),
  );
}

/** Connections that belong together on the screen: one, or all of one consent. */
export interface Bundle {
  key: string;
  consentId: string | null;
  connections: Connection[];
}

export interface MarketplaceGroup {
  marketplace: Marketplace;
  connections: Connection[];
  bundles: Bundle[];
}

/** By marketplace in their usual order, with those of one consent beside each other. */
export function group(connections: readonly Connection[]): MarketplaceGroup[] {
  const order: Marketplace[] = ["takealot", "amazon", "shopify", "xero"];
  return order.flatMap((marketplace) => {
    const members = connections.filter((connection) => connection.marketplace === marketplace);
    return members.length === 0 ? [] : [{ marketplace, connections: members, bundles: bundle(members) }];
  });
}

function bundle(connections: readonly Connection[]): Bundle[] {
  const bundles = new Map<string, Bundle>();
  for (const connection of connections) {
    const key = connection.consentId ?? connection.id;
    const known = bundles.get(key);
    if (known) {
      known.connections.push(connection);
    } else {
      bundles.set(key, { key, consentId: connection.consentId ?? null, connections: [connection] });
    }
  }
  return [...bundles.values()];
}
