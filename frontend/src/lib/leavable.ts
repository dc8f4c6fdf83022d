const THIS_MACHINE = ["127.0.0.1", "localhost", "[::1]"];

/** Whether an answer may send people to this address: encrypted or on this machine, so never a script. */
export function isLeavable(address: string): boolean {
  if (!URL.canParse(address)) {
    return false;
  }
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || (protocol === "http:" && THIS_MACHINE.includes(hostname));
}
