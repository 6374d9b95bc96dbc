/** What the page says on its own: toasts, the alert dialog, the ping, the number in the title. */

import { ApiError } from "./api.js";
import { byId, el, icon } from "./dom.js";
import { recall, remember } from "./prefs.js";

const TOAST_MS = 3_200;
const SAME_NOTICE_MS = 3_000;

export function toast(text, kind = "plain") {
  const box = byId("toasts");
  const node = el("div", { class: `toast toast-${kind}`, testid: "toast" }, kind === "plain" ? null : icon(kind === "bad" ? "warn" : "check"), el("span", {}, text));
  while (box.childElementCount > 2) box.firstElementChild.remove();
  box.append(node);
  // long enough to read: about 15 characters a second
  setTimeout(() => {
    node.classList.add("leaving");
    setTimeout(() => node.remove(), 250);
  }, Math.max(TOAST_MS, text.length * 65));
}

/** Runs what talks to the server; what the server refuses is told, other errors are bugs and go on. */
export async function telling(deed) {
  try {
    return await deed();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(error.message, "bad");
    return null;
  }
}

export function alertDialog(text, title) {
  const dialog = el(
    "dialog",
    { class: "dialog alert", testid: "alert", role: "alertdialog", "aria-label": title ?? "Message", "aria-describedby": "alert-text" },
    title ? el("h2", {}, title) : null,
    el("p", { id: "alert-text" }, text),
    el("form", { method: "dialog" }, el("button", { class: "main-button", testid: "alert-ok", autofocus: true }, "OK")),
  );
  showDialog(dialog);
}

/** Shows a modal dialog that leaves the document when it is closed; a press outside closes it. */
export function showDialog(dialog) {
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

let lastNotice = { key: "", at: 0 };

/** The bot's answer to a press. It comes twice, as the press's answer and as an event: shown once. */
export function callbackNotice({ text, show_alert: showAlert }, botName) {
  if (!text) return;
  const key = `${Boolean(showAlert)}${text}`;
  if (lastNotice.key === key && Date.now() - lastNotice.at < SAME_NOTICE_MS) return;
  lastNotice = { key, at: Date.now() };
  if (showAlert) alertDialog(text, botName);
  else toast(text);
}

/** A new press may bring the same words again, and then they are news. */
export const forgetNotice = () => {
  lastNotice = { key: "", at: 0 };
};

export async function copyText(text) {
  const copied = (await copyModern(text)) || copyByCommand(text);
  if (copied) toast("Copied", "good");
  else toast("This browser does not let me copy", "bad");
}

async function copyModern(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no clipboard outside https and localhost, or the permission is refused
  }
}

function copyByCommand(text) {
  const holder = el("textarea", { class: "off-screen", readonly: true, "aria-hidden": "true" });
  holder.value = text;
  const focused = document.activeElement;
  document.body.append(holder);
  holder.select();
  const copied = document.execCommand("copy");
  holder.remove();
  focused?.focus();
  return copied;
}

let audio = null;
let soundOn = recall("sound") === "on";

export const isSoundOn = () => soundOn;

export function setSound(on) {
  soundOn = on;
  remember("sound", on ? "on" : "off");
  if (on) ping(); // also wakes the AudioContext inside the visitor's own click, which browsers demand
}

/** Two soft sines, a fifth apart, like a small desk bell. */
export function ping() {
  if (!soundOn) return;
  audio ??= new AudioContext();
  audio.resume();
  const start = audio.currentTime + 0.02;
  for (const [frequency, delay, volume] of [[880, 0, 0.12], [1318.5, 0.09, 0.09]]) {
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0, start + delay);
    gain.gain.linearRampToValueAtTime(volume, start + delay + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + delay + 0.9);
    tone.connect(gain).connect(audio.destination);
    tone.start(start + delay);
    tone.stop(start + delay + 1);
  }
}

const TITLE = document.title;

export function titleBadge(unread) {
  document.title = unread ? `(${unread}) ${TITLE}` : TITLE;
}
