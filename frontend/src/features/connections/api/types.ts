import type { components } from "../../../lib/schema";

type Schemas = components["schemas"];

export type Connection = Schemas["Connection"];
export type ConnectionSummary = Schemas["ConnectionSummary"];
export type ConnectionStatus = Schemas["ConnectionStatus"];
export type ConnectionPage = Schemas["ConnectionPage"];
export type ConnectionEvent = Schemas["Event"];
export type AuditKind = Schemas["AuditKind"];
export type AuthKind = Schemas["AuthKind"];
export type AuthType = Schemas["AuthType"];
export type FormField = Schemas["FormField"];
export type Marketplace = Schemas["Marketplace"];
export type MarketplaceDescriptor = Schemas["MarketplaceDescriptor"];
export type OutcomeClass = Schemas["OutcomeClass"];
export type TestResult = Schemas["TestResult"];
export type DeletedConnection = Schemas["DeletedConnection"];
export type CreatedConnection = Schemas["CreatedConnection"];
export type ReplacedCredentials = Schemas["ReplacedCredentials"];
export type TestedConnection = Schemas["TestedConnection"];
export type CreateConnectionRequest = Schemas["CreateConnectionRequest"];
export type TransferRequest = Schemas["TransferConnectionsRequest"];
export type TransferItem = Schemas["TransferItem"];
export type AuthorizeRequest = Schemas["AuthorizeRequest"];
