import lighthouse from "lighthouse";

import { HOME } from "./browser.js";

const CATEGORIES = ["accessibility", "best-practices"];

/** Lighthouse's marks for the screens, in the browser at `port`, as who is signed in there. */
export async function audit(port, screens) {
  const results = [];
  for (const [name, path] of screens) {
    const options = { port, onlyCategories: CATEGORIES, disableStorageReset: true, logLevel: "error" };
    const { lhr } = await lighthouse(`${HOME}${path}`, options);
    for (const category of CATEGORIES) {
      const value = Math.round((lhr.categories[category]?.score ?? 0) * 100);
      results.push({ name: `Lighthouse, ${name}, ${category}`, value, unit: "points", bar: 100 });
      if (value < 100) {
        explain(lhr, category);
      }
    }
  }
  return results;
}

function explain(lhr, category) {
  for (const { id, weight } of lhr.categories[category].auditRefs) {
    const { score, title } = lhr.audits[id];
    if (weight > 0 && score !== null && score < 1) {
      console.log(`        ${id}: ${title}`);
    }
  }
}
