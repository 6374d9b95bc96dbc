/** The list over the composer: the bot's commands while "/" is typed, a bot's inline results while "@bot words" is. */

import { el } from "./dom.js";

const COMMAND = /^\/([a-z0-9_]*)$/i;
const INLINE = /^@([a-z0-9_]{3,32})\s(.*)$/is;
const PAUSE_MS = 300; // of typing, before a bot is asked

const asCommand = ({ command, description }) => ({ id: `command-${command}`, title: `/${command}`, about: description, text: `/${command}` });

/** Only results that are texts: the sandbox's bots send no others. */
const asResults = (results) =>
  results
    .filter((result) => result.input_message_content?.message_text)
    .map(({ title, description, input_message_content: content }, n) => ({ id: `result-${n}`, title: title ?? content.message_text, about: description ?? "", text: content.message_text }));

export class Suggestions {
  #commands = [];
  #shown = [];
  #active = 0;
  #input;
  #onPick;
  #search;
  #timer = 0;
  node = el("ul", { class: "suggestions", id: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });

  /** `onPick(text)` sends it at once, as phones do; `search(bot, words)` asks a bot for inline results. */
  constructor(input, onPick, search) {
    this.#input = input;
    this.#onPick = onPick;
    this.#search = search;
    Object.entries({ role: "combobox", "aria-controls": "suggestions", "aria-expanded": "false", "aria-autocomplete": "list" }).forEach(([name, value]) => input.setAttribute(name, value));
    document.addEventListener("pointerdown", (event) => {
      if (!event.target.closest(".composer-area")) this.#show([]);
    });
  }

  setCommands(commands) {
    this.#commands = commands.map(asCommand);
    this.filter();
  }

  toggleCommands() {
    this.#show(this.#shown.length ? [] : this.#commands);
    this.#input.focus({ preventScroll: true });
  }

  /** After each change of the text: only while the first word is being typed. */
  filter() {
    clearTimeout(this.#timer);
    const typed = COMMAND.exec(this.#input.value);
    const asked = INLINE.exec(this.#input.value);
    if (asked) this.#timer = setTimeout(() => this.#ask(asked[1], asked[2]), PAUSE_MS);
    else this.#show(typed ? this.#commands.filter(({ title }) => title.startsWith(`/${typed[1].toLowerCase()}`)) : []);
  }

  async #ask(bot, words) {
    const typed = this.#input.value;
    const results = await this.#search(bot, words);
    if (this.#input.value === typed) this.#show(asResults(results)); // else they answer what is no longer asked
  }

  /** True if the key was for this list. */
  onKey(event) {
    if (!this.#shown.length) return false;
    const act = {
      ArrowDown: () => this.#move(1),
      ArrowUp: () => this.#move(-1),
      Tab: () => this.#complete(),
      Escape: () => this.#show([]),
      Enter: () => this.#pick(this.#shown[this.#active]),
    }[event.key];
    if (!act || event.shiftKey) return false;
    event.preventDefault();
    event.stopPropagation();
    act();
    return true;
  }

  #show(suggestions) {
    this.#shown = suggestions;
    this.#active = 0;
    this.node.hidden = suggestions.length === 0;
    this.node.replaceChildren(...suggestions.map((suggestion, n) => this.#row(suggestion, n)));
    this.#input.setAttribute("aria-expanded", String(suggestions.length > 0));
    this.#mark();
  }

  #row(suggestion, n) {
    const row = el("li", { id: `suggestion-${n}`, role: "option", testid: suggestion.id }, el("b", {}, suggestion.title), el("span", {}, suggestion.about));
    row.addEventListener("pointermove", () => this.#activate(n));
    row.addEventListener("click", () => this.#pick(suggestion));
    return row;
  }

  #activate(n) {
    this.#active = n;
    this.#mark();
  }

  #move(by) {
    this.#activate((this.#active + by + this.#shown.length) % this.#shown.length);
    this.node.children[this.#active].scrollIntoView({ block: "nearest" });
  }

  #mark() {
    Array.from(this.node.children).forEach((row, n) => row.setAttribute("aria-selected", String(n === this.#active)));
    if (this.#shown.length) this.#input.setAttribute("aria-activedescendant", `suggestion-${this.#active}`);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  #complete() {
    this.#setText(`${this.#shown[this.#active].text} `);
  }

  #pick({ text }) {
    this.#setText("");
    this.#show([]);
    this.#onPick(text);
  }

  #setText(text) {
    this.#input.value = text;
    this.#input.dispatchEvent(new Event("input"));
  }
}
