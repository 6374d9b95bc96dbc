/** Who I am: the switcher, and the dialogs that make new people and groups. */

import { ApiError, api } from "./api.js";
import { avatar, byId, el, icon } from "./dom.js";
import { nameOf } from "./bubble.js";
import { showDialog, toast } from "./notices.js";

const LANGUAGES = [["en", "English"], ["ru", "Русский"]];

export class PersonSwitcher {
  #button = byId("person-switcher");
  #menu = null;
  #people = [];
  #me = null;
  #onPick;

  constructor(onPick) {
    this.#onPick = onPick;
    this.#button.addEventListener("click", () => (this.#menu ? this.#close() : this.#open()));
    document.addEventListener("pointerdown", (event) => {
      if (this.#menu && !event.target.closest(".person-menu, .person-switcher")) this.#close();
    });
  }

  show(people, me) {
    this.#people = people;
    this.#me = me;
    this.#button.replaceChildren(
      avatar(me.id, nameOf(me)),
      el("span", { class: "person-words" }, el("span", { class: "person-name" }, nameOf(me)), el("span", { class: "person-hint" }, "That’s you")),
      icon("chevron"),
    );
    this.#button.setAttribute("aria-label", `You are ${nameOf(me)}. Be somebody else`);
  }

  #open() {
    if (!this.#me) return; // nobody is known yet
    this.#menu = el(
      "div",
      { class: "menu person-menu", role: "menu", "aria-label": "Be somebody else" },
      this.#people.map((person) => this.#item(person)),
      el("button", { type: "button", role: "menuitem", class: "menu-item", testid: "new-person", onclick: () => this.#make() }, el("span", { class: "avatar avatar-plus" }, icon("plus")), el("span", { class: "menu-words" }, "New person")),
    );
    this.#menu.addEventListener("keydown", (event) => moveInMenu(event, this.#menu, () => this.#close()));
    this.#button.after(this.#menu);
    this.#button.setAttribute("aria-expanded", "true");
    this.#menu.querySelector("[aria-checked=true]")?.focus();
  }

  #item(person) {
    const mine = person.id === this.#me.id;
    const about = [person.username ? `@${person.username}` : null, languageName(person.language_code)].filter(Boolean).join(" · ");
    return el(
      "button",
      { type: "button", role: "menuitemradio", "aria-checked": String(mine), class: "menu-item", testid: `person-${person.id}`, onclick: () => this.#pick(person) },
      avatar(person.id, nameOf(person)),
      el("span", { class: "menu-words" }, nameOf(person), el("small", {}, about)),
      mine ? icon("check") : null,
    );
  }

  #pick(person) {
    this.#close();
    this.#onPick(person);
  }

  #close() {
    this.#menu?.remove();
    this.#menu = null;
    this.#button.setAttribute("aria-expanded", "false");
    this.#button.focus();
  }

  #make() {
    this.#close();
    personDialog((person) => this.#onPick(person));
  }
}

const languageName = (code) => LANGUAGES.find(([known]) => code?.startsWith(known))?.[1] ?? code ?? "";

/** Arrow keys and Escape in a menu. */
export function moveInMenu(event, menu, close) {
  const items = Array.from(menu.querySelectorAll("button"));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") close();
  else if (step) items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function field(label, input) {
  return el("label", { class: "field" }, el("span", {}, label), input);
}

function formDialog(title, fields, save) {
  const dialog = el("dialog", { class: "dialog", "aria-label": title });
  const form = el(
    "form",
    { method: "dialog", novalidate: true },
    el("h2", {}, title),
    fields,
    el("div", { class: "dialog-buttons" }, el("button", { type: "button", class: "quiet-button", onclick: () => dialog.close() }, "Cancel"), save.button),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await save.act();
      dialog.close();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(error.message, "bad");
    }
  });
  dialog.append(form);
  showDialog(dialog);
}

function personDialog(onMade) {
  const first = el("input", { testid: "new-person-first-name", maxlength: "64", required: true, autocomplete: "off", autofocus: true });
  const username = el("input", { testid: "new-person-username", maxlength: "32", placeholder: "may stay empty", autocomplete: "off" });
  const language = el("select", { testid: "new-person-language" }, LANGUAGES.map(([code, name]) => el("option", { value: code }, name)));
  formDialog("New person", [field("First name", first), field("Username", username), field("Language of the phone", language)], {
    button: el("button", { class: "main-button", testid: "new-person-save" }, "Create"),
    act: async () => {
      const name = first.value.trim();
      if (!name) throw new ApiError(400, "A person needs a first name");
      const person = { first_name: name, language_code: language.value };
      if (username.value.trim()) person.username = username.value.trim().replace(/^@/, "");
      onMade(await api.addPerson(person));
    },
  });
}

/** Telegram's own list of groups to which a bot can be added. */
export function groupPicker(groups, onPick, onNew) {
  const dialog = el("dialog", { class: "dialog", "aria-label": "Add to a group", testid: "pick-group" });
  const row = (testid, act, ...parts) => el("button", { type: "button", class: "menu-item", testid, onclick: () => (dialog.close(), act()) }, ...parts);
  dialog.append(
    el("h2", {}, "Add to a group"),
    el(
      "div",
      { class: "checks" },
      groups.map((group) => row(`pick-${group.id}`, () => onPick(group), avatar(group.id, group.title, "group"), el("span", { class: "menu-words" }, group.title))),
      row("pick-new", onNew, el("span", { class: "avatar avatar-plus" }, icon("plus")), el("span", { class: "menu-words" }, "New group")),
    ),
    el("div", { class: "dialog-buttons" }, el("button", { type: "button", class: "quiet-button", onclick: () => dialog.close() }, "Cancel")),
  );
  showDialog(dialog);
}

/** A group of chosen people with chosen bots; its maker and the bots are administrators. */
export function groupDialog(me, people, bots, onMade) {
  const title = el("input", { testid: "new-group-title", maxlength: "128", required: true, autocomplete: "off", autofocus: true });
  const box = (who, name, kind, checked) => {
    const input = el("input", { type: "checkbox", value: String(who), checked });
    return { input, kind, row: el("label", { class: "check" }, input, avatar(who, name, kind), el("span", {}, name)) };
  };
  const rows = [
    ...people.filter(({ id }) => id !== me.id).map((person) => box(person.id, nameOf(person), "person", true)),
    ...bots.map((bot) => box(bot.id, bot.title, "bot", true)),
  ];
  const chosen = (kind) => rows.filter((row) => row.kind === kind && row.input.checked).map(({ input }) => Number(input.value));
  formDialog("New group", [field("Name", title), el("div", { class: "checks" }, rows.map(({ row }) => row))], {
    button: el("button", { class: "main-button", testid: "new-group-save" }, "Create"),
    act: async () => {
      if (!title.value.trim()) throw new ApiError(400, "A group needs a name");
      const group = { title: title.value.trim(), members: [me.id, ...chosen("person")], admins: [me.id, ...chosen("bot")], bots: chosen("bot") };
      onMade(await api.addGroup(group));
    },
  });
}
