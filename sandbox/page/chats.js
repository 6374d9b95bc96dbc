/** The list of chats: newest talk first, unread numbers, one line of the last message. */

import { nameOf, senderOf, summary } from "./bubble.js";
import { avatar, byId, el } from "./dom.js";
import { briefTime } from "./time.js";

export const kindOf = (chat) => (chat.type === "private" ? "bot" : "group");

export class ChatList {
  #box = byId("chat-list");
  #onOpen;
  #rows = new Map(); // id -> {node, shown}

  constructor(onOpen) {
    this.#onOpen = onOpen;
  }

  /** Rows that stay as they were keep their nodes, so that focus and hover stay too. */
  show(chats, current) {
    const known = new Set();
    const sorted = [...chats].sort((one, two) => lastDate(two) - lastDate(one));
    sorted.forEach((chat, n) => {
      known.add(chat.id);
      const row = this.#row(chat, chat.id === current);
      if (this.#box.children[n] !== row) this.#box.insertBefore(row, this.#box.children[n] ?? null);
    });
    for (const [id, { node }] of this.#rows) {
      if (known.has(id)) continue;
      node.remove();
      this.#rows.delete(id);
    }
    this.#box.classList.toggle("nobody", chats.length === 0);
  }

  #row(chat, selected) {
    const shown = JSON.stringify([chat, selected]);
    const old = this.#rows.get(chat.id);
    if (old?.shown === shown) return old.node;
    const node = old?.node ?? el("li");
    const focused = node.contains(document.activeElement);
    node.replaceChildren(this.#button(chat, selected));
    if (focused) node.firstChild.focus();
    this.#rows.set(chat.id, { node, shown });
    return node;
  }

  #button(chat, selected) {
    const unread = chat.unread || 0;
    return el(
      "button",
      { type: "button", class: "chat-row", testid: `chat-${chat.id}`, "aria-current": selected ? "true" : null, data: { unread: String(unread) }, onclick: () => this.#onOpen(chat.id) },
      avatar(chat.id, chat.title, kindOf(chat)),
      el("span", { class: "chat-name" }, chat.title),
      el("span", { class: "chat-time" }, lastDate(chat) ? briefTime(lastDate(chat)) : ""),
      el("span", { class: "chat-last" }, preview(chat)),
      unread ? el("span", { class: "badge", "aria-label": `${unread} unread` }, unread > 99 ? "99+" : String(unread)) : null,
    );
  }
}

const lastDate = ({ last }) => (last && typeof last === "object" ? last.date ?? 0 : 0);

function preview({ last, type }) {
  if (!last) return "No messages yet";
  if (typeof last === "string") return last;
  if (last.out) return `You: ${summary(last)}`;
  return type === "private" ? summary(last) : `${nameOf(senderOf(last))}: ${summary(last)}`;
}
