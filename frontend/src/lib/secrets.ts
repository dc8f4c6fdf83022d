import { useCallback, useRef, useState } from "react";

export interface SecretSubmit<Input, Output> {
  /** Sends `input` once; a second call while the first is under way does nothing. */
  submit: (input: Input) => Promise<Output | undefined>;
  isPending: boolean;
  error: unknown;
  reset: () => void;
}

/**
 * Sends something secret. Like a mutation of TanStack Query, but the input is in no cache and no state: those keep
 * `variables`, and whoever reads them, such as developer tools or an error reporter, would read the key.
 */
export function useSecretSubmit<Input, Output>(
  send: (input: Input) => Promise<Output>,
): SecretSubmit<Input, Output> {
  const [state, setState] = useState<{ isPending: boolean; error: unknown }>({
    isPending: false,
    error: null,
  });
  const underWay = useRef(false);
  const submit = useCallback(
    async (input: Input) => {
      if (underWay.current) {
        return undefined;
      }
      underWay.current = true;
      setState({ isPending: true, error: null });
      try {
        const output = await send(input);
        setState({ isPending: false, error: null });
        return output;
      } catch (error) {
        setState({ isPending: false, error });
        return undefined;
      } finally {
        underWay.current = false;
      }
    },
    [send],
  );
  const reset = useCallback(() => setState({ isPending: false, error: null }), []);
  return { submit, ...state, reset };
}
