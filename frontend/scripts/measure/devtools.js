import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";

import { chromiumPath, FLAGS } from "./browser.js";

/**
 * A browser that nothing watches, spoken to over the DevTools protocol alone. A test library notes where each request came
 * from, which has the browser read every script a second time: on a slow computer the page comes a third of a second later.
 */
export async function launchUnwatched(folder) {
  const flags = [...FLAGS, "--headless=new", `--user-data-dir=${folder}`, "--remote-debugging-port=0"];
  const browser = spawn(chromiumPath, [...flags, "--window-size=1280,800"], { stdio: "ignore" });
  const port = await until(async () => {
    const lines = await readFile(path.join(folder, "DevToolsActivePort"), "utf8").catch(() => "");
    return lines.split("\n")[0] || null;
  });
  return {
    /** Opens an empty tab. */
    async open() {
      const answer = await fetch(`http://127.0.0.1:${port}/json/new?about:blank`, { method: "PUT" });
      return connect((await answer.json()).webSocketDebuggerUrl);
    },
    close() {
      browser.kill();
      return new Promise((resolve) => browser.once("exit", resolve));
    },
  };
}

async function connect(address) {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = [];
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const call = waiting[id];
    if (error) {
      call?.reject(new Error(error.message));
    } else {
      call?.resolve(result);
    }
  };
  /** Calls a method of the protocol. */
  const send = (method, params = {}) =>
    new Promise((resolve, reject) => {
      const id = waiting.push({ resolve, reject }) - 1;
      socket.send(JSON.stringify({ id, method, params }));
    });
  return {
    send,
    /** What an expression says in the page, as soon as it is something. */
    until(expression) {
      return until(async () => (await send("Runtime.evaluate", { expression })).result.value ?? null);
    },
    async close() {
      await send("Page.close");
      socket.close();
    },
  };
}

/** Asks now and then until the answer is not null. */
async function until(ask) {
  for (let round = 0; round < 60; round += 1) {
    const answer = await ask();
    if (answer !== null) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("nothing came within half a minute");
}
