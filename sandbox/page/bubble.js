/** One message as a node: bubble, quote, media, text, time, keyboard. State in, node out. */

import { fileAddress } from "./api.js";
import { avatar, el, icon } from "./dom.js";
import { inlineKeyboard } from "./keyboard.js";
import { safeFragment } from "./safe-html.js";
import { clockTime } from "./time.js";

/** Ephemeral messages all have message_id 0; their own number tells them apart. */
export const keyOf = (message) => (message.ephemeral_message_id ? `e${message.ephemeral_message_id}` : String(message.message_id));

export const senderOf = (message) => message.sender_chat ?? message.from ?? message.chat ?? {};
export const nameOf = (who) => who.title ?? [who.first_name, who.last_name].filter(Boolean).join(" ") ?? "";
export const plainText = (message) => message.text ?? message.caption ?? "";

const names = (people) => people.map(nameOf).join(", ");

/** Service messages: the field that makes one, and its words. */
const SERVICE = {
  new_chat_members: (message) => `${names(message.new_chat_members)} joined the group`,
  left_chat_member: (message) => `${nameOf(message.left_chat_member)} left the group`,
  group_chat_created: (message) => `${nameOf(senderOf(message))} created the group`,
  supergroup_chat_created: () => "The supergroup was created",
  new_chat_title: (message) => `The group is now called “${message.new_chat_title}”`,
  pinned_message: (message) => `${nameOf(senderOf(message))} pinned “${plainText(message.pinned_message).slice(0, 40)}”`,
  migrate_to_chat_id: () => "The group became a supergroup",
  migrate_from_chat_id: () => "The group became a supergroup",
  forum_topic_created: (message) => `Topic “${message.forum_topic_created.name}” was created`,
};

export const serviceWords = (message) => {
  const field = Object.keys(SERVICE).find((name) => message[name]);
  return field ? SERVICE[field](message) : null;
};

/** What a chat list or a quote shows of a message, in one line. */
export function summary(message) {
  const text = plainText(message).replace(/\s+/g, " ").trim();
  if (text) return text.slice(0, 160);
  return serviceWords(message) ?? (message.photo ? "Photo" : message.document ? message.document.file_name ?? "File" : "Message");
}

/**
 * `view`: `{person, language, group, actions}`, `actions`: `{command(text), press(message, data), openLink, insert(message, query), goTo(id), menu(event, message), longPress(node, message)}`.
 */
export function messageNode(message, view) {
  const key = keyOf(message);
  const service = serviceWords(message);
  if (service) return el("div", { class: "service", testid: "message", data: { messageId: key } }, el("span", {}, service));

  const keyboard = inlineKeyboard(message.reply_markup, key, {
    press: (data) => view.actions.press(message, data),
    openLink: view.actions.openLink,
    insert: (query) => view.actions.insert(message, query),
  });
  const sender = senderOf(message);
  const group = view.group && !message.out;
  const bubble = el(
    "div",
    { class: "bubble", oncontextmenu: (event) => view.actions.menu(event, message) },
    group ? el("p", { class: `sender hue-${Math.abs(sender.id || 0) % 7}` }, nameOf(sender), sender.is_bot ? el("span", { class: "sender-bot" }, "bot") : null) : null,
    message.ephemeral_message_id ? el("p", { class: "only-you" }, icon("eye"), "Only you see this") : null,
    quoteOf(message, view),
    media(message, view),
    textOf(message, view),
  );
  view.actions.longPress(bubble, message);
  const more = el("button", { type: "button", class: "more", "aria-label": "Reply, copy or delete", title: "More", onclick: (event) => view.actions.menu(event, message) }, icon("chevron"));
  const node = el(
    "article",
    { class: `message ${message.out ? "out" : "in"}${keyboard ? " has-keyboard" : ""}`, testid: "message", data: { messageId: key, out: String(Boolean(message.out)) } },
    group ? avatar(sender.id, nameOf(sender), sender.is_bot ? "bot" : "person") : null,
    el("div", { class: "stack" }, el("div", { class: "bubble-row" }, bubble, more), keyboard),
  );
  return node;
}

function textOf(message, view) {
  const words = el("div", { class: "text", testid: "message-text" });
  const reader = { language: view.language, onCommand: message.out ? null : view.actions.command };
  if (message.html) words.append(safeFragment(message.html, reader));
  else words.append(plainText(message));
  words.append(meta(message));
  return words;
}

function meta(message) {
  // a menu is edited at each press, and Telegram does not say so
  const edited = message.edit_date && !message.reply_markup?.inline_keyboard ? el("span", {}, "edited") : null;
  const time = el("time", { testid: "message-time", datetime: new Date(message.date * 1000).toISOString() }, clockTime(message.date));
  return el("span", { class: "meta" }, message.protect_content || message.has_protected_content ? el("span", { title: "Can't be forwarded" }, "protected") : null, edited, time, message.out ? tickMarks(message) : null);
}

function tickMarks(message) {
  if (message.pending) return el("span", { class: "ticks", title: "Sending" }, icon("clock"));
  return el("span", { class: "ticks", title: "Sent" }, icon("check"), icon("ticks"));
}

function quoteOf(message, view) {
  const original = message.reply_to_message;
  if (!original) return null;
  const words = message.quote?.text ?? summary(original);
  return el(
    "button",
    { type: "button", class: "reply", "aria-label": "Go to the quoted message", onclick: () => view.actions.goTo(keyOf(original)) },
    el("span", { class: "reply-name" }, nameOf(senderOf(original)) || "Message"),
    el("span", { class: "reply-text" }, words),
  );
}

function media(message, { person }) {
  if (message.photo) return photo(message.photo.at(-1), person, plainText(message));
  if (message.document) return documentCard(message.document, person);
  return null;
}

function photo(size, person, caption) {
  const address = fileAddress(person, size);
  const image = el("img", { src: address, alt: caption || "Photo", width: size.width, height: size.height });
  return el("a", { class: "photo", testid: "photo", href: address, download: "photo" }, image);
}

function documentCard(file, person) {
  const name = file.file_name ?? "file";
  return el(
    "a",
    { class: "file", testid: "file", href: fileAddress(person, file), download: name },
    el("span", { class: "file-sign" }, icon("download")),
    el("span", { class: "file-words" }, el("span", { class: "file-name" }, name), el("span", { class: "file-size" }, fileSize(file.file_size))),
  );
}

function fileSize(bytes) {
  if (!bytes) return "";
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1_048_576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}
