/** Where the visitor writes: text, reply bar, suggestions, reply keyboard. */

import { nameOf, keyOf, senderOf, summary } from "./bubble.js";
import { byId, el, icon } from "./dom.js";
import { replyKeyboard } from "./keyboard.js";
import { Suggestions } from "./suggestions.js";

const PLACEHOLDER = "Message";
const LONGEST_TEXT = 4096;

export class Composer {
  #onSend;
  #replyTo = null;
  #forced = null; // the key of the message whose ForceReply was shown
  #area = byId("composer-area");
  #input = el("textarea", { testid: "composer", rows: "1", maxlength: String(LONGEST_TEXT), placeholder: PLACEHOLDER, "aria-label": "Message", enterkeyhint: "send", autocomplete: "off" });
  #sendButton = el("button", { type: "button", class: "send", testid: "send", "aria-label": "Send", disabled: true, onclick: () => this.#send() }, icon("send"));
  #commandsButton = el("button", { type: "button", class: "icon-button commands-button", testid: "commands-button", "aria-label": "Commands", title: "Commands", hidden: true, onclick: () => this.#suggestions.toggleCommands() }, icon("commands"));
  #replyBar = el("div", { class: "reply-bar", testid: "reply-bar", hidden: true });
  #line = el("div", { class: "composer" });
  #unblock = el("button", { type: "button", class: "unblock", testid: "unblock", hidden: true }, "You blocked this bot. Unblock");
  #keyboardBox = el("div", { hidden: true });
  #suggestions;

  /** `onSend({text, reply_to_message_id?, message_thread_id?}, quoted)`, `search(bot, words)`: see Suggestions */
  constructor(onSend, onUnblock, search) {
    this.#onSend = onSend;
    this.#unblock.addEventListener("click", onUnblock);
    this.#suggestions = new Suggestions(this.#input, (text) => this.#sendText(text), search);
    this.#input.addEventListener("input", () => this.#changed());
    this.#input.addEventListener("keydown", (event) => this.#onKey(event));
    this.#line.append(this.#commandsButton, this.#input, this.#sendButton);
    this.#area.append(
      this.#suggestions.node,
      this.#replyBar,
      this.#line,
      this.#unblock,
      this.#keyboardBox,
    );
  }

  /** A chat was opened: nothing of the old one stays. */
  reset() {
    this.#forced = null;
    this.stopReply();
    this.#input.value = "";
    this.setCommands([]);
    this.#showReplyKeyboard(null);
    this.#changed();
  }

  setBlocked(blocked) {
    this.#line.hidden = blocked;
    this.#unblock.hidden = !blocked;
  }

  focus() {
    this.#input.focus({ preventScroll: true });
  }

  setCommands(commands) {
    this.#suggestions.setCommands(commands);
    this.#commandsButton.hidden = commands.length === 0;
  }

  insert(text) {
    this.#input.value = text;
    this.#changed();
    this.focus();
  }

  reply(message, placeholder = PLACEHOLDER) {
    this.#replyTo = message;
    this.#input.placeholder = placeholder;
    this.#replyBar.replaceChildren(
      icon("reply"),
      el("div", { class: "reply-bar-words" }, el("strong", {}, nameOf(senderOf(message)) || "Message"), el("span", {}, summary(message))),
      el("button", { type: "button", class: "icon-button", testid: "reply-cancel", "aria-label": "Don't reply", onclick: () => this.stopReply() }, icon("close")),
    );
    this.#replyBar.hidden = false;
    this.focus();
  }

  stopReply() {
    this.#replyTo = null;
    this.#replyBar.hidden = true;
    this.#input.placeholder = PLACEHOLDER;
  }

  /** The quoted message is gone, so is the reply. */
  forget(key) {
    if (this.#replyTo && keyOf(this.#replyTo) === String(key)) this.stopReply();
  }

  /** Obeys what the bots' messages ask of the composer: ForceReply and reply keyboards, the newest counts. */
  follow(messages, me) {
    const asking = messages.findLast(({ out, reply_markup: markup }) => !out && (markup?.force_reply || markup?.keyboard || markup?.remove_keyboard));
    this.#showReplyKeyboard(asking && concerns(asking, me) ? asking.reply_markup : null);
    const last = messages.at(-1);
    if (!last?.reply_markup?.force_reply || last.out || !concerns(last, me) || this.#forced === keyOf(last)) return;
    this.#forced = keyOf(last);
    this.reply(last, last.reply_markup.input_field_placeholder || PLACEHOLDER);
  }

  #showReplyKeyboard(markup) {
    this.#keyboardBox.hidden = !markup?.keyboard;
    this.#keyboardBox.replaceChildren(...(markup?.keyboard ? [replyKeyboard(markup, (text) => this.#sendText(text))] : []));
  }

  #changed() {
    this.#sendButton.disabled = !this.#input.value.trim();
    this.#input.style.height = "auto";
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, 168)}px`;
    this.#input.classList.toggle("scrolls", this.#input.scrollHeight > 168);
    this.#suggestions.filter();
  }

  #onKey(event) {
    if (event.isComposing || this.#suggestions.onKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "Escape" && this.#replyTo) {
      event.stopPropagation();
      this.stopReply();
    }
  }

  #send() {
    const text = this.#input.value.trim();
    if (!text) return;
    this.#input.value = "";
    this.#sendText(text);
    this.#changed();
    this.focus();
  }

  #sendText(text) {
    const message = { text };
    if (this.#replyTo) {
      message.reply_to_message_id = this.#replyTo.message_id;
      if (this.#replyTo.message_thread_id) message.message_thread_id = this.#replyTo.message_thread_id;
    }
    this.#onSend(message, this.#replyTo);
    this.stopReply();
  }
}

/** A selective markup speaks to those who are mentioned or answered; in a private chat that is everybody. */
function concerns(message, me) {
  if (!message.reply_markup.selective || message.chat?.type === "private") return true;
  if (message.reply_to_message) return senderOf(message.reply_to_message).id === me.id;
  return (message.entities ?? []).some(({ user }) => user?.id === me.id) || Boolean(me.username && message.text?.includes(`@${me.username}`));
}
