/** Inline keyboards under messages, and reply keyboards under the composer. */

import { el, icon } from "./dom.js";
import { copyText } from "./notices.js";

const STYLES = new Set(["danger", "success", "primary"]);

/** What a button is, by the one field that says its action; the icon in its corner tells the eye what a press will do. */
const KINDS = [
  { field: "copy_text", kind: "copy", sign: "copy" },
  { field: "url", kind: "url", sign: "link" },
  { field: "switch_inline_query_current_chat", kind: "switch", sign: "prompt" },
  { field: "switch_inline_query", kind: "switch", sign: "prompt" },
  { field: "callback_data", kind: "callback", sign: null },
];

/** Presses that wait for the bot. Kept outside the nodes, because an edit replaces them in the middle of a press. */
const waiting = new Set();
const pressKey = (message, data) => `${message}\n${data}`;

/**
 * `actions`: `{press(data), openLink(url), insert(text)}`.
 * Returns null if the message has no inline keyboard.
 */
export function inlineKeyboard(markup, messageKey, actions) {
  const rows = (markup?.inline_keyboard ?? []).filter((row) => row.length);
  if (!rows.length) return null;
  return el(
    "div",
    { class: "keyboard", testid: "keyboard", role: "group", "aria-label": "Buttons of this message" },
    rows.map((row, y) => el("div", { class: `keyboard-row${row.length > 4 ? " crowded" : ""}` }, row.map((button, x) => inlineButton(button, y, x, messageKey, actions)))),
  );
}

function inlineButton(button, y, x, messageKey, actions) {
  const { kind, sign } = KINDS.find(({ field }) => button[field] !== undefined) ?? { kind: "other", sign: null };
  const disabled = button.disabled !== undefined && button.disabled !== false;
  const style = STYLES.has(button.style) ? ` style-${button.style}` : "";
  const node = el(
    "button",
    { type: "button", class: `key${style}`, testid: `button-${y}-${x}`, disabled, title: button.text, data: { kind } },
    el("span", { class: "key-text" }, button.text),
    sign ? el("span", { class: "key-sign" }, icon(sign)) : null,
    el("span", { class: "key-spinner", "aria-hidden": "true" }),
  );
  if (kind === "callback") {
    node.dataset.callback = button.callback_data;
    showWaiting(node, waiting.has(pressKey(messageKey, button.callback_data)));
  }
  node.addEventListener("click", () => act(kind, button, messageKey, actions));
  return node;
}

function act(kind, button, messageKey, actions) {
  if (kind === "copy") copyText(button.copy_text.text);
  else if (kind === "url") actions.openLink(button.url);
  else if (kind === "switch") actions.insert(button.switch_inline_query_current_chat ?? button.switch_inline_query);
  else if (kind === "callback") press(button.callback_data, messageKey, actions);
}

async function press(data, messageKey, actions) {
  const key = pressKey(messageKey, data);
  if (waiting.has(key)) return;
  waiting.add(key);
  markButtons(messageKey, data, true);
  try {
    await actions.press(data);
  } finally {
    waiting.delete(key);
    markButtons(messageKey, data, false);
  }
}

function markButtons(messageKey, data, on) {
  for (const node of document.querySelectorAll(`[data-message-id="${CSS.escape(messageKey)}"] .key`)) {
    if (node.dataset.callback === data) showWaiting(node, on);
  }
}

function showWaiting(node, on) {
  node.classList.toggle("waiting", on);
  node.setAttribute("aria-busy", String(on));
}

/** The big buttons that some bots put in place of the letters; a press sends the button's words. */
export function replyKeyboard(markup, onText) {
  const rows = markup.keyboard ?? [];
  return el(
    "div",
    { class: "reply-keyboard", testid: "reply-keyboard", role: "group", "aria-label": "Answers the bot offers" },
    rows.map((row) =>
      el("div", { class: "keyboard-row" }, row.map((button) => {
        const text = typeof button === "string" ? button : button.text;
        return el("button", { type: "button", class: "key", title: text, onclick: () => onText(text) }, el("span", { class: "key-text" }, text));
      })),
    ),
  );
}
