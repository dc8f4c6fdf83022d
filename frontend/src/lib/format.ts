const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * DAY],
  ["month", 30 * DAY],
  ["day", DAY],
  ["hour", HOUR],
  ["minute", MINUTE],
];

/** Formats are dear to make, and a list needs the same ones many times. */
function once<Format>(make: (language: string) => Format): (language: string) => Format {
  const made = new Map<string, Format>();
  return (language) => {
    const format = made.get(language) ?? make(language);
    made.set(language, format);
    return format;
  };
}

const relative = once((language) => new Intl.RelativeTimeFormat(language, { numeric: "auto" }));
const full = once((language) => new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }));
const short = once((language) => new Intl.DateTimeFormat(language, { timeStyle: "short" }));

/** "5 minutes ago", "in 12 days": `at` as seen at `now`, both as the API writes times or in milliseconds. */
export function relativeTime(at: string, now: number, language: string): string {
  const seconds = (Date.parse(at) - now) / 1000;
  const format = relative(language);
  const [unit, length] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  const count = Math.trunc(seconds / length);
  return unit === "second" ? format.format(0, "second") : format.format(count, unit);
}

/** Date and time in full, in the reader's time zone. */
export function dateAndTime(at: string, language: string): string {
  return full(language).format(new Date(at));
}

/** The time of day, in the reader's time zone. */
export function timeOfDay(at: string, language: string): string {
  return short(language).format(new Date(at));
}
