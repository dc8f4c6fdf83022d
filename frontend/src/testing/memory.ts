/** Beyond these a page is no longer what is searched, but the browser or the test itself. */
function isForeign(value: object): boolean {
  return (
    value === window || value instanceof Node || value instanceof Promise || value instanceof AbortSignal
  );
}

function parts(value: object): [string, unknown][] {
  if (value instanceof Map) {
    return [...value].flatMap(([key, item], index) => [
      [`key ${index}`, key],
      [`item ${index}`, item],
    ]);
  }
  if (value instanceof Set) {
    return [...value].map((item, index) => [`item ${index}`, item]);
  }
  // Own properties, hidden ones too; getters are read, since whoever looks reads them as well.
  return Reflect.ownKeys(value).map((key) => {
    try {
      return [String(key), Reflect.get(value, key)];
    } catch {
      return [String(key), undefined];
    }
  });
}

/** What React keeps, as it hangs on the elements that it made: on the root, and on every element below and beside it. */
function fibers(container: Element): unknown[] {
  return [container, ...document.body.querySelectorAll("*")].flatMap((element) =>
    Object.getOwnPropertyNames(element)
      .filter((name) => name.startsWith("__react"))
      .map((name): unknown => Reflect.get(element, name)),
  );
}

/**
 * Where in the memory of the page a text can be reached: by the properties and states that React keeps for every component
 * (present and before, in both of its trees), and from every other object given. DOM elements are left out: an input has
 * its value.
 */
export function placesOf(
  text: string,
  { container, ...others }: { container?: Element; [name: string]: unknown },
) {
  const found: string[] = [];
  const seen = new Set<object>();
  const queue: [string, unknown][] = Object.entries(others);
  if (container) {
    queue.push(...fibers(container).map((fiber): [string, unknown] => ["react", fiber]));
  }
  for (let next = queue.pop(); next; next = queue.pop()) {
    const [path, value] = next;
    if (typeof value === "string" && value.includes(text)) {
      found.push(path);
    }
    if ((typeof value === "object" && value !== null) || typeof value === "function") {
      if (!seen.has(value) && !isForeign(value)) {
        seen.add(value);
        queue.push(
          ...parts(value).map(([key, item]): [string, unknown] => [`${path}.${key}`.slice(-300), item]),
        );
      }
    }
  }
  return found;
}
