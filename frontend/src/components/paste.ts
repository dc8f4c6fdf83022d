import type { ClipboardEvent } from "react";

/** Pastes without the white space and line breaks around what was copied; everything else is left to the browser. */
export function pasteTrimmed(event: ClipboardEvent<HTMLInputElement>) {
  const input = event.currentTarget;
  const text = event.clipboardData.getData("text");
  const trimmed = text.trim();
  if (trimmed === text) {
    return;
  }
  event.preventDefault();
  const start = input.selectionStart ?? input.value.length;
  input.setRangeText(trimmed, start, input.selectionEnd ?? start, "end");
  input.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
}

/** Whether the input event comes of pasting. */
export function isPaste(event: Event): boolean {
  return event instanceof InputEvent && event.inputType === "insertFromPaste";
}
