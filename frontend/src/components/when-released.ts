let isPressed = false;

if (typeof window !== "undefined") {
  window.addEventListener("pointerdown", () => (isPressed = true), true);
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, () => (isPressed = false), true);
  }
}

/**
 * At once, or after the click that is under way: what appears on the page between pressing and releasing moves the button away
 * from under the pointer, and then nothing is clicked.
 */
export function whenReleased(then: () => void) {
  if (isPressed) {
    window.addEventListener("pointerup", () => setTimeout(then, 50), { once: true });
  } else {
    then();
  }
}
