import { useEffect, useRef, type RefObject } from "react";

/** Moves the focus to the first wrong field, or else to the notice, whenever something new is wrong. */
export function useFocusFaults(form: RefObject<HTMLFormElement | null>, wrong: readonly unknown[]) {
  const seen = useRef(wrong);
  useEffect(() => {
    const isNew = wrong.some((what, index) => what !== seen.current[index] && what !== null);
    seen.current = wrong;
    if (isNew) {
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-refusal]')?.focus();
    }
  });
}
