import { relativeTime } from "../../../../lib/format";
import type { Texts } from "../../../../texts/texts";
import type { Connection, TestResult } from "../../api/types";
import { reasonText } from "./condition";

const TROUBLE: readonly string[] = ["throttled", "transient", "edge_blocked"];

/** What a test found: the account, how long it took, how many calls are left, when to try again. */
export function testWords(connection: Connection, test: TestResult, texts: Texts, now: number): string {
  const words = texts.list.test;
  const number = new Intl.NumberFormat(texts.language);
  const sentences: string[] = [];
  if (test.outcome === "ok") {
    const milliseconds = new Intl.NumberFormat(texts.language, {
      style: "unit",
      unit: "millisecond",
      unitDisplay: "long",
    });
    sentences.push(
      words.ok(test.accountName ?? connection.account.name ?? null, milliseconds.format(test.latencyMs)),
    );
  } else {
    const reason = reasonText(connection, test.outcome, texts);
    sentences.push(TROUBLE.includes(test.outcome) ? words.troubled(reason) : words.bad(reason));
  }
  if (test.rate) {
    const { remaining, limit, resetsAt } = test.rate;
    sentences.push(
      words.rate(number.format(remaining), typeof limit === "number" ? number.format(limit) : null),
    );
    if (resetsAt && Date.parse(resetsAt) > now) {
      sentences.push(words.resets(relativeTime(resetsAt, now, texts.language)));
    }
  }
  if (test.retryAt && Date.parse(test.retryAt) > now) {
    sentences.push(words.retry(relativeTime(test.retryAt, now, texts.language)));
  }
  return sentences.join(" ");
}
