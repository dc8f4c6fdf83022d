import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../src", import.meta.url));
const MANTINE = fileURLToPath(new URL("../node_modules/@mantine/core/esm", import.meta.url));
/** Mantine's own class names: `m_` and a hash. */
const CLASS = /\bm_[0-9a-f]+\b/g;

/** The components that our sources import from Mantine. */
function importedNames() {
  const sources = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  const names = sources.flatMap((name) => {
    const text = readFileSync(path.join(SOURCE, name), "utf8");
    const imports = text.matchAll(/import\s*\{([^}]*)\}\s*from "@mantine\/core"/g);
    return [...imports].flatMap(([, list]) => list.split(",").map((one) => one.trim().split(" ")[0]));
  });
  return new Set(names.filter((name) => name !== "" && name !== "type"));
}

/** Where each name of Mantine is made. */
function modulesByName() {
  const index = readFileSync(path.join(MANTINE, "index.mjs"), "utf8");
  const made = [...index.matchAll(/import \{([^}]*)\} from "(.*)";/g)];
  return new Map(
    made.flatMap(([, list, file]) => list.split(",").map((one) => [one.trim().split(" ").at(-1), file])),
  );
}

/** The classes of what `files` need, and of what that needs. */
function classesOf(files) {
  const classes = new Set();
  const seen = new Set();
  const waiting = files.map((file) => path.join(MANTINE, file));
  while (waiting.length > 0) {
    const file = waiting.pop();
    if (seen.has(file)) {
      continue;
    }
    seen.add(file);
    const text = readFileSync(file, "utf8");
    if (file.endsWith(".module.mjs")) {
      text.match(CLASS)?.forEach((name) => classes.add(name));
    }
    for (const [, from, only] of text.matchAll(/from "(\.[^"]*)"|^import "(\.[^"]*)"/gm)) {
      waiting.push(path.resolve(path.dirname(file), from ?? only));
    }
  }
  return classes;
}

/**
 * Leaves the styles of components out that nobody uses: of Mantine's style sheet only those rules stay whose classes a
 * component has that is imported somewhere under `src`.
 */
export function usedStyles() {
  return {
    postcssPlugin: "used-styles",
    prepare(result) {
      if (!result.opts.from?.includes("@mantine/core/styles.css")) {
        return {};
      }
      const modules = modulesByName();
      const used = classesOf(
        [...importedNames(), "MantineProvider"].flatMap((name) => modules.get(name) ?? []),
      );
      return {
        Rule(rule) {
          const kept = rule.selectors.filter((selector) =>
            (selector.match(CLASS) ?? []).every((name) => used.has(name)),
          );
          if (kept.length === 0) {
            rule.remove();
          } else if (kept.length < rule.selectors.length) {
            rule.selectors = kept;
          }
        },
        OnceExit(root) {
          root.walkAtRules((at) => {
            if (at.nodes?.length === 0) {
              at.remove();
            }
          });
        },
      };
    },
  };
}
usedStyles.postcss = true;
