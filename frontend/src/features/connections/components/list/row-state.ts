import type { TestResult } from "../../api/types";
import type { Action } from "./condition";

/** Actions that need no dialog. */
export type DirectAction = Extract<Action, "test" | "reconnect" | "makeDefault">;

/** How the last action on a connection ended. */
export type Outcome =
  { kind: "tested"; test: TestResult } | { kind: "failed"; action: DirectAction; error: unknown };

/** What is going on with one connection on this screen. */
export interface RowState {
  busy: DirectAction | null;
  outcome: Outcome | null;
}

export const AT_REST: RowState = { busy: null, outcome: null };

/** Where an action was chosen, which is where the focus returns to. */
export type Origin = "menu" | "step";

export const elementId = (part: "row" | Origin, connection: string) => `fluxori-${part}-${connection}`;
