/** The side panel "The outside world": what sites and phones do, at the visitor's wish. Looks every 2 s while it is seen. */

import { ApiError, api } from "./api.js";
import { byId, el, icon } from "./dom.js";
import { SiteCard } from "./site-card.js";

const LOOK_MS = 2_000;

export class Panel {
  #panel = byId("panel");
  #shade = byId("panel-shade");
  #cards = new Map();
  #sites = el("div", { class: "sites" }, el("p", { class: "panel-wait" }, "Looking at the sites…"));
  #timer = 0;
  #onToggle;
  #opener = null;

  /** `onToggle(open)` after each opening and closing. */
  constructor(onToggle) {
    this.#onToggle = onToggle;
    this.#panel.append(
      el("header", { class: "bar" }, icon("globe"), el("h2", {}, "The outside world"), el("button", { type: "button", class: "icon-button", testid: "panel-close", "aria-label": "Close the outside world", onclick: () => this.close() }, icon("close"))),
      el(
        "div",
        { class: "panel-scroll" },
        el("p", { class: "panel-lead" }, "Here you play everything the bot can’t see: the five sites and the phones that send SMS. Copy an API key, link it in the chat, order a number, then send its SMS."),
        this.#sites,
      ),
    );
    this.#shade.addEventListener("click", () => this.close());
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    document.addEventListener("visibilitychange", () => this.#schedule(0));
    for (const button of document.querySelectorAll(".panel-toggle")) {
      button.append(icon("globe"));
      button.addEventListener("click", () => this.toggle(button));
    }
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  toggle(opener = null) {
    if (this.isOpen) this.close();
    else this.open(opener);
  }

  open(opener = null) {
    this.#opener = opener;
    this.#set(true);
    if (opener) this.#panel.querySelector("[data-testid=panel-close]").focus();
    this.#schedule(0);
  }

  close() {
    this.#set(false);
    clearTimeout(this.#timer);
    this.#opener?.focus();
  }

  #set(open) {
    this.#panel.hidden = !open;
    byId("app").classList.toggle("with-panel", open);
    for (const button of document.querySelectorAll(".panel-toggle")) button.setAttribute("aria-pressed", String(open));
    this.#onToggle(open);
  }

  #schedule(delay) {
    clearTimeout(this.#timer);
    if (this.isOpen && !document.hidden) this.#timer = setTimeout(() => this.#look(), delay);
  }

  async #look() {
    try {
      this.#show(await api.sites());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!this.#cards.size) this.#sites.replaceChildren(el("p", { class: "panel-wait" }, error.message));
    }
    this.#schedule(LOOK_MS);
  }

  #show(sites) {
    if (!this.#cards.size) this.#sites.replaceChildren();
    for (const site of sites) {
      const card = this.#cards.get(site.site);
      if (card) card.update(site);
      else {
        this.#cards.set(site.site, new SiteCard(site, () => this.#schedule(0)));
        this.#sites.append(this.#cards.get(site.site).node);
      }
    }
  }
}
