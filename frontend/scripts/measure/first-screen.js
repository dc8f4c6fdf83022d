import { HOME } from "./browser.js";
import { launchUnwatched } from "./devtools.js";

const RUNS = 7;
const SLOWDOWN = 4;
/** In milliseconds, from the click on a link to the page to a screen that can be used. */
const BAR = 1000;

/** How long until the heading and the button of the first screen are there, with nothing cached, on a slow computer. */
export async function firstScreen(folder, cookies) {
  const screens = [
    { name: "first screen, signed in", cookies, button: "Connect a marketplace" },
    { name: "first screen, signed out", cookies: [], button: "Sign in" },
  ];
  const browser = await launchUnwatched(folder);
  const results = [];
  for (const screen of screens) {
    // The first fills the browser's own caches.
    await once(browser, screen);
    const times = [];
    for (let run = 0; run < RUNS; run += 1) {
      times.push(await once(browser, screen));
    }
    times.sort((a, b) => a - b);
    const spread = `${Math.round(times[0])}–${Math.round(times.at(-1))}`;
    const name = `${screen.name}, ${SLOWDOWN}× slowdown (median of ${RUNS}, ${spread})`;
    results.push({ name, value: times[Math.floor(RUNS / 2)], unit: "ms", bar: BAR });
  }
  await browser.close();
  return results;
}

async function once(browser, { cookies, button }) {
  const page = await browser.open();
  await page.send("Network.clearBrowserCache");
  await page.send("Network.clearBrowserCookies");
  await page.send("Network.setCookies", { cookies });
  await page.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
  await page.send("Page.enable");
  await page.send("Page.addScriptToEvaluateOnNewDocument", {
    source: `(${watch})(${JSON.stringify(button)})`,
  });
  await page.send("Page.navigate", { url: HOME });
  const time = await page.until("window.usableAfter");
  await page.close();
  return time;
}

/** Runs in the page: notes when both are there, painted, and the main thread is free to answer a click. */
function watch(button) {
  const isThere = () =>
    document.querySelector("h1") !== null &&
    [...document.querySelectorAll("button, a")].some(
      (element) =>
        element.textContent === button && !element.matches(":disabled") && element.checkVisibility(),
    );
  const observer = new MutationObserver(() => {
    if (isThere()) {
      observer.disconnect();
      // After the frame that shows it, once nothing else waits.
      requestAnimationFrame(() =>
        setTimeout(() => {
          window.usableAfter = performance.now();
        }, 0),
      );
    }
  });
  observer.observe(document, { childList: true, subtree: true });
}
