import { useCallback, useEffect, useRef, useState } from "react";

import { problemWords } from "../../../../components/problem-words";
import { ApiProblem } from "../../../../lib/problem";
import { useTexts } from "../../../../texts/texts";
import type { Connection } from "../../api/types";
import { useReauthorize } from "../../hooks/useConsent";
import { useMakeDefault } from "../../hooks/useMakeDefault";
import { useTestConnection } from "../../hooks/useTestConnection";
import { AT_REST, type DirectAction, type RowState } from "./row-state";
import { testWords } from "./test-words";

type Rows = ReadonlyMap<string, RowState>;

const NONE: Rows = new Map();

function withRow(rows: Rows, id: string, state: RowState): Rows {
  return new Map(rows).set(id, state);
}

/** What the seller does to the connections of the list without a dialog: one action at a time for each of them. */
export function useActions(announce: (text: string) => void) {
  const texts = useTexts();
  const { mutateAsync: test } = useTestConnection();
  const { mutateAsync: reauthorize } = useReauthorize();
  const { mutateAsync: makeDefault } = useMakeDefault();
  const [rows, setRows] = useState(NONE);
  const underWay = useRef(new Set<string>());

  // The browser may bring this page back as it was when it left for a consent page.
  useEffect(() => {
    const resume = (event: PageTransitionEvent) => {
      if (event.persisted) {
        underWay.current.clear();
        setRows(NONE);
      }
    };
    window.addEventListener("pageshow", resume);
    return () => window.removeEventListener("pageshow", resume);
  }, []);

  const perform = useCallback(
    async (action: DirectAction, connection: Connection): Promise<RowState> => {
      const { label, marketplace, id } = connection;
      switch (action) {
        case "test": {
          announce(texts.list.test.under_way(label));
          const tested = await test(id);
          announce(`${label}: ${testWords(tested, tested.test, texts, Date.now())}`);
          return { busy: null, outcome: { kind: "tested", test: tested.test } };
        }
        case "reconnect":
          announce(texts.list.actions.leaving(texts.list.marketplaces[marketplace]));
          await reauthorize(id);
          return { busy: "reconnect", outcome: null };
        case "makeDefault":
          await makeDefault(connection);
          announce(texts.list.actions.madeDefault(label, texts.list.marketplaces[marketplace]));
          return AT_REST;
      }
    },
    [texts, test, reauthorize, makeDefault, announce],
  );

  const run = useCallback(
    async (action: DirectAction, connection: Connection) => {
      const { id } = connection;
      if (underWay.current.has(id)) {
        return;
      }
      underWay.current.add(id);
      setRows((rows) => withRow(rows, id, { busy: action, outcome: null }));
      try {
        const state = await perform(action, connection);
        setRows((rows) => withRow(rows, id, state));
        if (state.busy === null) {
          underWay.current.delete(id);
        }
      } catch (error) {
        // A row that goes away takes its message with it; other messages are read aloud where they stand.
        const isGone = error instanceof ApiProblem && error.status === 404;
        announce(isGone ? texts.list.actions.lost(connection.label, problemWords(error, texts).text) : "");
        setRows((rows) => withRow(rows, id, { busy: null, outcome: { kind: "failed", action, error } }));
        underWay.current.delete(id);
      }
    },
    [perform, announce, texts],
  );

  const dismiss = useCallback((id: string) => setRows((rows) => withRow(rows, id, AT_REST)), []);

  return { rows, run, dismiss };
}
