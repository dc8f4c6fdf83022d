import { HOME } from "./browser.js";

const RUNS = 7;
const SLOWDOWN = 4;
/** In milliseconds, from the click on a link to the page to a screen that can be used. */
const BAR = 1000;

/** How long until the heading and the button of the first screen are there, with nothing cached, on a slow computer. */
export async function firstScreen(context, cookies) {
  const screens = [
    { name: "first screen, signed in", cookies, button: "Connect a marketplace" },
    { name: "first screen, signed out", cookies: [], button: "Sign in" },
  ];
  const results = [];
  for (const screen of screens) {
    const times = [];
    for (let run = 0; run < RUNS; run += 1) {
      times.push(await once(context, screen));
    }
    times.sort((a, b) => a - b);
    const spread = `${Math.round(times[0])}–${Math.round(times.at(-1))}`;
    const name = `${screen.name}, ${SLOWDOWN}× slowdown (median of ${RUNS}, ${spread})`;
    results.push({ name, value: times[Math.floor(RUNS / 2)], unit: "ms", bar: BAR });
  }
  return results;
}

async function once(context, { cookies, button }) {
  await context.clearCookies();
  await context.addCookies(cookies);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.clearBrowserCache");
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
  await page.addInitScript(watch, button);
  await page.goto(HOME);
  const handle = await page.waitForFunction(() => window.usableAfter);
  const time = await handle.jsonValue();
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
