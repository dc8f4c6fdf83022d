import { bodyOf, type ApiClient } from "../../../lib/client";
import type { components } from "../../../lib/schema";
import type { AuthorizeRequest, CreateConnectionRequest, TransferRequest } from "./types";

/**
 * One function a route of the connections API. Each throws `ApiProblem` or `NoAnswer`.
 *
 * POSTs carry an `Idempotency-Key`: whoever repeats a call whose answer was lost passes the same `key`, and nothing is
 * done twice.
 */

export const PAGE_SIZE = 100;

/** The caller's connections, or, for administrators, everybody's in the organization. */
export function listConnections(
  client: ApiClient,
  whose: "own" | "everybody",
  cursor: string | undefined,
  signal: AbortSignal,
) {
  const query = {
    limit: PAGE_SIZE,
    ...(whose === "everybody" && { user: "*" }),
    ...(cursor !== undefined && { cursor }),
  };
  return bodyOf(client.GET("/api/connections", { params: { query }, signal }));
}

export function summarizeConnections(client: ApiClient, signal: AbortSignal) {
  return bodyOf(client.GET("/api/connections/summary", { signal }));
}

export function showConnection(client: ApiClient, id: string, signal: AbortSignal) {
  return bodyOf(client.GET("/api/connections/{id}", { params: { path: { id } }, signal }));
}

export function createConnection(client: ApiClient, body: CreateConnectionRequest, key: string) {
  return bodyOf(client.POST("/api/connections", { params: { header: { "Idempotency-Key": key } }, body }));
}

/** Changes the label or the default; with `version`, only if nobody changed the connection since. */
export function changeConnection(
  client: ApiClient,
  id: string,
  body: components["schemas"]["ChangeConnectionRequest"],
  version?: number,
) {
  const header = version === undefined ? {} : { "If-Match": `"${version}"` };
  return bodyOf(client.PATCH("/api/connections/{id}", { params: { path: { id }, header }, body }));
}

export function replaceCredentials(client: ApiClient, id: string, credentials: Record<string, string>) {
  return bodyOf(
    client.PUT("/api/connections/{id}/credentials", { params: { path: { id } }, body: { credentials } }),
  );
}

/** Disconnects: at the marketplace too where that is possible, unless `revoke` is false. */
export function deleteConnection(client: ApiClient, id: string, revoke: boolean) {
  return bodyOf(client.DELETE("/api/connections/{id}", { params: { path: { id }, query: { revoke } } }));
}

export function testConnection(client: ApiClient, id: string, key: string) {
  return bodyOf(
    client.POST("/api/connections/{id}/test", {
      params: { path: { id }, header: { "Idempotency-Key": key } },
    }),
  );
}

export function listEvents(client: ApiClient, id: string, cursor: string | undefined, signal: AbortSignal) {
  const query = cursor === undefined ? {} : { cursor };
  return bodyOf(client.GET("/api/connections/{id}/events", { params: { path: { id }, query }, signal }));
}

/** What happened in the organization, to connections of everybody or of `user`; for auditors and administrators. */
export function listOrganizationEvents(
  client: ApiClient,
  user: string | null,
  cursor: string | undefined,
  signal: AbortSignal,
) {
  const query = { limit: 50, ...(user !== null && { user }), ...(cursor !== undefined && { cursor }) };
  return bodyOf(client.GET("/api/events", { params: { query }, signal }));
}

/** Hands connections over to another user of the organization; for administrators. Repeating it does no harm. */
export function transferConnections(client: ApiClient, body: TransferRequest) {
  return bodyOf(client.POST("/api/connections/transfer", { body }));
}

/** Begins a consent. The answer sets a cookie without which nothing is connected, so it must reach this browser. */
export function authorize(client: ApiClient, body: AuthorizeRequest) {
  return bodyOf(client.POST("/api/connections/authorize", { body, credentials: "include" }));
}

export function reauthorize(client: ApiClient, id: string, returnTo: string) {
  return bodyOf(
    client.POST("/api/connections/{id}/reauthorize", {
      params: { path: { id } },
      body: { returnTo },
      credentials: "include",
    }),
  );
}

export function listMarketplaces(client: ApiClient, signal: AbortSignal) {
  return bodyOf(client.GET("/api/marketplaces", { signal }));
}
