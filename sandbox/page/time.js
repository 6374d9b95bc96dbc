/** Clocks of the page: times of messages, dates between them, and `tg-time` elements that are kept current. */

const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];

const cached = (make) => {
  const known = new Map();
  return (language, ...rest) => {
    const key = [language, ...rest].join();
    if (!known.has(key)) known.set(key, make(language, ...rest));
    return known.get(key);
  };
};
const relative = cached((language) => new Intl.RelativeTimeFormat(language, { numeric: "always" }));
const absolute = cached((language, format) => new Intl.DateTimeFormat(language, absoluteOptions(format)));

/** The languages the bot speaks; the rest of the world reads English. */
export const languageOf = (person) => ((person?.language_code ?? "en").startsWith("ru") ? "ru" : "en");

function absoluteOptions(format) {
  const options = {};
  if (format.includes("w")) options.weekday = "long";
  if (format.includes("d")) Object.assign(options, { day: "2-digit", month: "2-digit", year: "2-digit" });
  if (format.includes("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
  if (/t/i.test(format)) Object.assign(options, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (format.includes("T")) options.second = "2-digit";
  return options;
}

/** "in 12 minutes", "3 minutes ago": whole units that have passed, as a countdown reads. */
export function relativeTime(unix, language, now = Date.now() / 1000) {
  const distance = unix - now;
  const seconds = Math.round(Math.abs(distance));
  const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? UNITS.at(-1);
  const count = Math.floor(seconds / length);
  return relative(language).format(distance < 0 ? -count : count, unit);
}

/** The words for a `tg-time`; null if the format is not one of Telegram's (then the fallback text stays). */
export function wordsForTime(unix, format, language, now) {
  if (format === "r") return relativeTime(unix, language, now);
  if (format && /^w?[dD]?[tT]?$/.test(format)) return absolute(language, format).format(unix * 1000);
  return null;
}

export function timeNode(unix, format, language, fallback) {
  const node = document.createElement("time");
  node.className = "tg-time";
  node.dateTime = new Date(unix * 1000).toISOString();
  node.title = absolute(language, "wDT").format(unix * 1000);
  node.textContent = wordsForTime(unix, format, language) ?? fallback;
  if (format === "r") Object.assign(node.dataset, { unix, language });
  node.setAttribute("aria-live", "off");
  return node;
}

/** Rewrites what has changed only: a text selection or a screen reader on the others is left in peace. */
export function tick(root = document) {
  for (const node of root.querySelectorAll("time[data-unix]")) {
    const words = relativeTime(Number(node.dataset.unix), node.dataset.language);
    if (node.textContent !== words) node.textContent = words;
  }
}

export const startTicking = () => setInterval(tick, 1000);

export const clockTime = (unix) => absolute("en", "t").format(unix * 1000);
export const dayKey = (unix) => new Date(unix * 1000).toDateString();

export function dayName(unix) {
  const day = new Date(unix * 1000);
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (day.toDateString() === today.toDateString()) return "Today";
  if (day.toDateString() === yesterday.toDateString()) return "Yesterday";
  const options = { weekday: "long", day: "numeric", month: "long" };
  if (day.getFullYear() !== today.getFullYear()) options.year = "numeric";
  return day.toLocaleDateString("en", options);
}

/** For the chat list: the clock today, the weekday this week, else the date. */
export function briefTime(unix) {
  const age = Date.now() / 1000 - unix;
  if (dayKey(unix) === new Date().toDateString()) return clockTime(unix);
  return new Date(unix * 1000).toLocaleDateString("en", age < 6 * 86_400 ? { weekday: "short" } : { day: "numeric", month: "short" });
}

/** Seconds since 1970 from what sites write: seconds, milliseconds or ISO text. */
export function toUnix(value) {
  if (typeof value === "number") return value > 1e11 ? value / 1000 : value;
  const parsed = Date.parse(value ?? "");
  return Number.isNaN(parsed) ? null : parsed / 1000;
}

/** "45 s", "12 min", "3 h": how old something is, in as little room as possible. */
export function age(unix, now = Date.now() / 1000) {
  const seconds = Math.max(0, Math.floor(now - unix));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
