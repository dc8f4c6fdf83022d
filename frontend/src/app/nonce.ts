import { setNonce } from "get-nonce";

/**
 * The nonce that the server put into the page, without which its Content-Security-Policy lets no style element in.
 * Whoever makes such elements gets it: Mantine by what this returns, and what locks scrolling under a dialog by itself.
 */
export function readNonce(): string {
  // Browsers hide the attribute from scripts and styles, not the property.
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
  setNonce(nonce);
  return nonce;
}
