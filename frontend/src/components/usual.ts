/**
 * Whether a value does not look as such values usually do. Blank ones, and a shape that cannot be read, look usual.
 *
 * Browsers remember the last text that a regular expression was run on, in `RegExp.input` and its like, which any script
 * can read. So that this is no secret, another one is run at once.
 */
export function isUnusual(value: string, regex: string): boolean {
  const trimmed = value.trim();
  if (trimmed === "") {
    return false;
  }
  try {
    return !new RegExp(regex).test(trimmed);
  } catch {
    return false;
  } finally {
    /^$/.test("");
  }
}
