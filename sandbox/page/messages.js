/** The list of messages: keeps nodes by message, groups them, holds the reader's place in the text. */

import { byId, el } from "./dom.js";
import { burst } from "./effects.js";
import { keyOf, messageNode, senderOf, serviceWords } from "./bubble.js";
import { keepOpened } from "./safe-html.js";
import { dayKey, dayName } from "./time.js";

const NEAR_BOTTOM_PX = 80;
const SAME_GROUP_SECONDS = 300;
const TYPING_MS = 6_000;
const SCROLLING_KEYS = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "]);

export class MessageList {
  #entries = new Map(); // key -> {message, node}
  #view;
  #scroller = byId("scroller");
  #box = byId("messages");
  #jump = byId("jump");
  #typing = byId("typing");
  #typingTimer = 0;
  #unseen = 0;
  #readThrough = 0;
  #stuck = true; // the reader is at the newest message and wants to stay there
  #gliding = false; // a smooth scroll to the bottom is under way

  constructor(view) {
    this.#view = view;
    this.#scroller.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.#jump.addEventListener("click", () => this.toBottom(true));
    // the composer grows, the phone's keyboard opens, a picture loads: whoever reads the newest goes on reading it
    const follow = new ResizeObserver(() => this.#stuck && this.toBottom(this.#gliding));
    follow.observe(this.#scroller);
    follow.observe(this.#box);
    this.#scroller.addEventListener("scrollend", () => this.#glided(), { passive: true });
    for (const hand of ["wheel", "touchmove"]) this.#scroller.addEventListener(hand, () => this.#endGlide(), { passive: true });
    // the scrollbar's; a button that is pressed is no wish to be elsewhere
    this.#scroller.addEventListener("pointerdown", ({ target }) => target === this.#scroller && this.#endGlide(), { passive: true });
    this.#scroller.addEventListener("keydown", ({ key }) => SCROLLING_KEYS.has(key) && this.#endGlide(), { passive: true });
  }

  get messages() {
    return Array.from(this.#entries.values(), ({ message }) => message);
  }

  get(key) {
    return this.#entries.get(String(key))?.message;
  }

  /** Another chat: everything new, at its end. */
  open(view, messages) {
    this.#view = view;
    this.#entries.clear();
    this.#box.replaceChildren();
    this.#unseen = 0;
    this.#readThrough = 0;
    this.hideTyping();
    for (const message of messages) this.#put(message);
    this.#layout();
    this.toBottom();
  }

  /** The same chat again after a lost connection. */
  resync(messages) {
    this.#holdingPlace(() => {
      const known = new Set(messages.map(keyOf));
      for (const [key, { message }] of this.#entries) if (!known.has(key) && !message.pending) this.#drop(key);
      for (const message of messages) this.#put(message);
      this.#layout();
    });
  }

  /** A new or changed message. Returns true if it is new. */
  upsert(message) {
    const key = keyOf(message);
    const before = this.#entries.get(key)?.node;
    const isNew = !before;
    if (!message.out) this.hideTyping();
    if (isNew && message.out) this.#stuck = true;
    this.#holdingPlace(() => {
      const node = this.#put(message);
      this.#layout();
      if (isNew) node.classList.add("arriving");
      else if (node !== before) this.#showEdited(node);
    }, isNew);
    if (isNew && !this.#stuck) this.#countUnseen();
    if (isNew && message.effect_id && !message.out) burst(this.#entries.get(key).node, message.effect_id);
    return isNew;
  }

  /** What was shown while it was on its way has come back under its real number: same place, no animation. */
  adopt(oldKey, message) {
    const { node: before } = this.#entries.get(oldKey);
    const node = messageNode(message, this.#view);
    before.replaceWith(node);
    this.#entries = new Map(Array.from(this.#entries, ([key, entry]) => (key === oldKey ? [keyOf(message), { message, node }] : [key, entry])));
    this.#layout();
  }

  remove(key) {
    this.#holdingPlace(() => {
      this.#drop(String(key));
      this.#layout();
    });
  }

  /** The bot is busy with what was written, so it has read it. */
  showTyping() {
    this.#readThrough = this.#entries.size;
    this.#markRead();
    this.#typing.hidden = false;
    if (this.#stuck) this.toBottom(true);
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.hideTyping(), TYPING_MS);
  }

  hideTyping() {
    clearTimeout(this.#typingTimer);
    this.#typing.hidden = true;
  }

  toBottom(smooth = false) {
    this.#stuck = true;
    this.#unseen = 0;
    this.#gliding = smooth && this.#left() > 1 && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior: this.#gliding ? "smooth" : "instant" });
    this.#showJump();
  }

  goTo(key) {
    const node = this.#entries.get(String(key))?.node;
    if (!node) return;
    this.#gliding = false; // elsewhere now
    node.scrollIntoView({ block: "center", behavior: "smooth" });
    node.classList.remove("found");
    requestAnimationFrame(() => node.classList.add("found"));
  }

  #put(message) {
    const key = keyOf(message);
    const old = this.#entries.get(key);
    if (old && JSON.stringify(old.message) === JSON.stringify(message)) return old.node;
    const node = messageNode(message, this.#view);
    if (old) {
      keepOpened(old.node, node);
      const focus = old.node.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
      old.node.replaceWith(node);
      if (focus) node.querySelector(`[data-testid="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
    }
    this.#entries.set(key, { message, node });
    return node;
  }

  #drop(key) {
    this.#entries.get(key)?.node.remove();
    this.#entries.delete(key);
  }

  /** Dates between days, heads and tails of groups; moves only the nodes that are not in their place. */
  #layout() {
    for (const node of this.#box.querySelectorAll(".day")) node.remove();
    let before = null;
    let place = this.#box.firstChild;
    for (const { message, node } of this.#entries.values()) {
      if (!before || dayKey(before.message.date) !== dayKey(message.date)) {
        this.#box.insertBefore(el("div", { class: "day" }, el("span", {}, dayName(message.date))), place);
      }
      if (node === place) place = place.nextSibling;
      else this.#box.insertBefore(node, place);
      const joined = before !== null && sameGroup(before.message, message);
      node.classList.toggle("first", !joined);
      before?.node.classList.toggle("last", !joined);
      before = { message, node };
    }
    before?.node.classList.add("last");
    this.#markRead();
  }

  /** What was written before the other side's newest message has been read by it. */
  #markRead() {
    const all = Array.from(this.#entries.values());
    const read = Math.max(this.#readThrough, all.findLastIndex(({ message }) => !message.out));
    all.forEach(({ message, node }, n) => message.out && node.classList.toggle("read", n < read && !message.pending));
  }

  #showEdited(node) {
    node.classList.remove("arriving");
    node.classList.add("edited");
    node.addEventListener("animationend", () => node.classList.remove("edited"), { once: true });
  }

  /** Keeps the first visible message where it is on the screen, whatever grows or shrinks above it. */
  #holdingPlace(change, smooth = false) {
    const anchor = this.#stuck ? null : this.#firstVisible();
    const top = anchor?.node.getBoundingClientRect().top;
    change();
    if (this.#stuck) this.toBottom(smooth);
    else if (anchor) {
      const node = this.#entries.get(anchor.key)?.node;
      if (node) this.#scroller.scrollTop += node.getBoundingClientRect().top - top;
    }
  }

  #firstVisible() {
    const { top, bottom } = this.#scroller.getBoundingClientRect();
    for (const [key, { node }] of this.#entries) {
      const box = node.getBoundingClientRect();
      // one that begins in view; or, if a long one fills the view, that one
      if (box.top >= top || box.bottom >= bottom) return { key, node };
    }
    return null;
  }

  #left() {
    return this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight;
  }

  /** Where a message came meanwhile, the glide to the one before has ended, and its own may have with it. */
  #glided() {
    if (this.#gliding && this.#left() > 1) this.toBottom(true);
    else this.#endGlide();
  }

  #endGlide() {
    this.#gliding = false;
    this.#onScroll();
  }

  #onScroll() {
    if (this.#gliding) return;
    this.#stuck = this.#left() < NEAR_BOTTOM_PX;
    if (this.#stuck) this.#unseen = 0;
    this.#showJump();
  }

  #countUnseen() {
    this.#unseen += 1;
    this.#showJump();
  }

  #showJump() {
    this.#jump.hidden = this.#stuck;
    this.#jump.dataset.unseen = this.#unseen ? String(Math.min(this.#unseen, 99)) : "";
  }
}

function sameGroup(one, two) {
  if (serviceWords(one) || serviceWords(two)) return false;
  return (
    Boolean(one.out) === Boolean(two.out) &&
    senderOf(one).id === senderOf(two).id &&
    !one.reply_markup?.inline_keyboard?.length &&
    two.date - one.date < SAME_GROUP_SECONDS &&
    dayKey(one.date) === dayKey(two.date)
  );
}
