/** One site in the side panel: its weather, its accounts, its open orders. Built once, then kept current in place. */

import { ApiError, api } from "./api.js";
import { el, icon } from "./dom.js";
import { copyText, toast } from "./notices.js";
import { age, toUnix } from "./time.js";

const SLOW_SECONDS = 5;
const OPENING_BALANCE = "25.00"; // USD
const NEEDS_USER = "getsms"; // a user name stands beside the key in each request there
const HAS_BIDS = "getsms";
const KEY_BEGINS = { gearsms: "gs_live_", gsim: "2s_" }; // as these sites' documents show their keys
const AUTO_SMS_SECONDS = [4, 12];

/** The switches of a site: the setting, when it counts as on, what switching sends. */
const SWITCHES = [
  { id: "down", label: "Site down", hint: "Every request fails, as if the site were off the air", isOn: ({ down }) => Boolean(down), setting: (on) => ({ down: on }) },
  { id: "no-numbers", label: "No numbers", hint: "The site answers, but has nothing to sell", isOn: (site) => Boolean(site.no_numbers), setting: (on) => ({ no_numbers: on }) },
  { id: "slow", label: `Slow (${SLOW_SECONDS} s)`, hint: `Each answer takes ${SLOW_SECONDS} seconds`, isOn: ({ slow }) => Number(slow) > 0, setting: (on) => ({ slow: on ? SLOW_SECONDS : 0 }) },
  { id: "auto", label: "SMS come by themselves", hint: "An SMS arrives some seconds after each purchase", isOn: (site) => Boolean(site.auto_sms), setting: (on) => ({ auto_sms: on ? AUTO_SMS_SECONDS : null }) },
];

export class SiteCard {
  node;
  #site;
  #state = el("span", { class: "site-state" });
  #switches = new Map();
  #accounts = new Map();
  #orders = new Map();
  #accountBox = el("div", { class: "accounts" });
  #openWords = el("span", {}, "Open an account");
  #openAccount = el("button", { type: "button", class: "small-button open-account" }, icon("plus"), this.#openWords);
  #orderBox = el("ul", { class: "orders" });
  #orderTitle = el("h4", {});
  #changed;

  /** `onChanged()` is called after each act, to look again. */
  constructor(site, onChanged) {
    this.#site = site.site;
    this.#changed = onChanged;
    this.#openAccount.dataset.testid = `panel-${site.site}-open-account`;
    this.#openAccount.addEventListener("click", () => this.act(this.#openAccount, () => api.outside(site.site, "accounts", newAccount(site.site))));
    this.node = el(
      "section",
      { class: "site", testid: `panel-${site.site}`, "aria-label": site.name },
      el("header", { class: "site-head" }, el("span", { class: `site-mark site-${site.site}`, "aria-hidden": "true" }, site.name.slice(0, 2)), el("h3", {}, site.name), this.#state),
      el("div", { class: "switches" }, SWITCHES.map((each) => this.#switch(each))),
      this.#accountBox,
      this.#openAccount,
      this.#orderTitle,
      this.#orderBox,
    );
    this.update(site);
  }

  update(site) {
    for (const { id, isOn } of SWITCHES) {
      const input = this.#switches.get(id);
      if (!input.disabled) input.checked = isOn(site);
    }
    const [words, mood] = site.down ? ["down", "bad"] : site.no_numbers ? ["sold out", "warn"] : Number(site.slow) > 0 ? ["slow", "warn"] : ["open", "good"];
    this.#state.textContent = words;
    this.#state.dataset.mood = mood;
    keep(this.#accounts, this.#accountBox, site.accounts ?? [], ({ key }) => key, (account) => new AccountRow(this.#site, account, this));
    this.#openWords.textContent = this.#accounts.size ? "Open another account" : "Open an account";
    keep(this.#orders, this.#orderBox, site.open_orders ?? [], ({ id }) => String(id), (order) => new OrderRow(this.#site, order, this));
    this.#orderTitle.textContent = this.#orders.size ? `Open orders (${this.#orders.size})` : "No open orders";
  }

  /** Does something outside and says what came of it; the control is locked meanwhile. */
  async act(control, deed) {
    control.disabled = true;
    try {
      await deed();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(error.message, "bad");
    } finally {
      control.disabled = false;
    }
    this.#changed();
  }

  #switch({ id, label, hint, setting }) {
    const input = el("input", { type: "checkbox", role: "switch", testid: `panel-${this.#site}-${id}` });
    input.addEventListener("change", () => this.act(input, () => api.outside(this.#site, "settings", setting(input.checked))));
    this.#switches.set(id, input);
    return el("label", { class: "switch", title: hint }, input, el("span", { class: "switch-track", "aria-hidden": "true" }), el("span", {}, label));
  }
}

/** A made-up customer with some money; getsms knows its customers by a user name too. */
function newAccount(site) {
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { key: `${KEY_BEGINS[site] ?? ""}${key}`, balance: OPENING_BALANCE, ...(site === NEEDS_USER ? { user: "visitor" } : {}) };
}

/** Rows by key: new ones are made, known ones updated where they stand, gone ones leave. */
function keep(rows, box, items, keyOf, make) {
  const known = new Set();
  items.forEach((item, n) => {
    const key = keyOf(item);
    known.add(key);
    if (!rows.has(key)) rows.set(key, make(item));
    else rows.get(key).update(item);
    const { node } = rows.get(key);
    if (box.children[n] !== node) box.insertBefore(node, box.children[n] ?? null);
  });
  for (const [key, { node }] of rows) {
    if (known.has(key)) continue;
    node.remove();
    rows.delete(key);
  }
}

class AccountRow {
  #balance;
  #webhook;

  constructor(site, account, card) {
    const id = (name) => `panel-${site}-${name}`;
    this.#balance = el("b", { testid: id("balance") });
    this.#webhook = el("input", { type: "url", testid: id("webhook"), placeholder: "https://… from the bot", "aria-label": "Webhook address", autocomplete: "off", spellcheck: "false" });
    const change = (control, url) => card.act(control, async () => {
      await api.outside(site, "accounts", { key: account.key, webhook_url: url });
      toast(url ? "Webhook is set" : "Webhook is cleared", "good");
    });
    const set = el("button", { type: "submit", class: "small-button", testid: id("webhook-set") }, "Set");
    const clear = el("button", { type: "button", class: "small-button", testid: id("webhook-clear") }, "Clear");
    clear.addEventListener("click", () => {
      this.#webhook.value = "";
      change(clear, null);
    });
    const form = el("form", { class: "webhook" }, el("span", { class: "line-label" }, "Webhook"), this.#webhook, set, clear);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      change(set, this.#webhook.value.trim() || null);
    });
    this.node = el(
      "div",
      { class: "account" },
      site === NEEDS_USER ? copyLine("User", account.user, id("user"), id("copy-user")) : null,
      copyLine("API key", account.key, id("key"), id("copy-key")),
      el("p", { class: "line" }, el("span", { class: "line-label" }, "Balance"), this.#balance),
      form,
    );
    this.update(account);
  }

  update(account) {
    this.#balance.textContent = `$${account.balance ?? "0"}`;
    const known = account.webhook_url ?? "";
    // what the visitor is typing is not overwritten; a change from elsewhere is shown
    if (document.activeElement !== this.#webhook && this.#webhook.dataset.known !== known) {
      this.#webhook.value = known;
      this.#webhook.dataset.known = known;
    }
  }
}

function copyLine(label, value, testid, copyTestid) {
  return el(
    "p",
    { class: "line" },
    el("span", { class: "line-label" }, label),
    el("code", { testid, title: value }, value),
    el("button", { type: "button", class: "icon-button small", testid: copyTestid, "aria-label": `Copy the ${label}`, title: "Copy", onclick: () => copyText(value) }, icon("copy")),
  );
}

class OrderRow {
  #status = el("span", { class: "order-status" });
  #age = el("span", { class: "order-age" });
  #win = null;
  #needNumber;

  constructor(site, order, card) {
    const id = (name) => `panel-${site}-${name}`;
    const text = el("input", { testid: id("text"), placeholder: "Own text, or leave empty", "aria-label": "Text of the SMS", autocomplete: "off" });
    const sms = el("button", { type: "submit", class: "small-button strong", testid: id("sms") }, icon("send"), "Send the SMS now");
    const expire = el("button", { type: "button", class: "small-button", testid: id("expire"), title: "The order's time is up now" }, "Expire");
    this.#needNumber = [text, sms];
    const path = `orders/${encodeURIComponent(order.id)}`;
    const form = el("form", { class: "sms" }, text, el("div", { class: "sms-buttons" }, sms, expire));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      card.act(sms, async () => {
        const sent = await api.outside(site, `${path}/sms`, text.value.trim() ? { text: text.value.trim() } : {});
        text.value = "";
        toast(sent.webhook ? `SMS sent; the webhook answered ${sent.webhook}` : "SMS sent", "good");
      });
    });
    expire.addEventListener("click", () => card.act(expire, () => api.outside(site, `${path}/expire`)));
    if (site === HAS_BIDS) {
      this.#win = el("button", { type: "button", class: "small-button", testid: id("win"), title: "The bid wins a number" }, "Win");
      this.#win.addEventListener("click", () => card.act(this.#win, () => api.outside(site, `${path}/win`)));
      expire.before(this.#win);
    }
    this.node = el(
      "li",
      { class: "order", testid: id(`order-${order.id}`) },
      el("div", { class: "order-head" }, el("b", { class: "order-number" }, order.number || "No number yet"), this.#status),
      el("p", { class: "order-about" }, [order.service, order.line].filter(Boolean).join(" · "), this.#age),
      form,
    );
    this.update(order);
  }

  update(order) {
    this.node.querySelector(".order-number").textContent = order.number || "No number yet";
    this.#status.textContent = order.status ?? "";
    const made = toUnix(order.created_at);
    this.#age.textContent = made ? `${age(made)} old` : "";
    for (const control of this.#needNumber) control.hidden = !order.number;
    if (order.number) this.#win?.remove();
  }
}
