/** Small menus: of one message (arrow, right mouse button, long press) and of the open chat. */

import { plainText } from "./bubble.js";
import { el, icon } from "./dom.js";
import { copyText } from "./notices.js";
import { moveInMenu } from "./people.js";

const LONG_PRESS_MS = 600; // a little after Android's own contextmenu event, which then wins

let close = () => {};

/** `acts`: `{reply(), remove()}` */
export function messageMenu(event, message, acts) {
  if (window.getSelection()?.toString() && event.type === "contextmenu") return; // the browser's own menu copies a selection
  const real = !message.pending && !message.ephemeral_message_id;
  openMenu(event, "Message", [
    real ? { name: "reply", sign: "reply", words: "Reply", act: acts.reply } : null,
    { name: "copy", sign: "copy", words: "Copy the text", act: () => copyText(plainText(message)) },
    real ? { name: "delete", sign: "trash", words: "Delete", act: acts.remove } : null,
  ]);
}

/** `items`: `[{name, sign, words, act}]`; nulls are left out. */
export function openMenu(event, label, items) {
  event.preventDefault?.();
  close();
  const opener = event.currentTarget;
  const menu = el(
    "div",
    { class: "menu message-menu", role: "menu", "aria-label": label },
    items.filter(Boolean).map(({ name, sign, words, act }) => {
      const pick = () => {
        close();
        act();
      };
      return el("button", { type: "button", role: "menuitem", class: "menu-item", testid: `menu-${name}`, onclick: pick }, icon(sign), el("span", { class: "menu-words" }, words));
    }),
  );
  document.body.append(menu);
  place(menu, event, opener);
  menu.querySelector("button").focus({ preventScroll: true });

  const outside = (press) => !menu.contains(press.target) && close();
  document.addEventListener("pointerdown", outside, true);
  menu.addEventListener("keydown", (key) => moveInMenu(key, menu, () => {
    close();
    opener.focus?.();
  }));
  close = () => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    close = () => {};
  };
}

/** iPhones send no contextmenu event. */
export function onLongPress(node, act) {
  let timer = 0;
  node.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") timer = setTimeout(() => act({ currentTarget: node, clientX: event.clientX, clientY: event.clientY }), LONG_PRESS_MS);
  });
  for (const end of ["pointerup", "pointercancel", "pointermove", "contextmenu"]) node.addEventListener(end, () => clearTimeout(timer));
}

/** At the pointer, or at the opener when opened by the keyboard; always inside the window. */
function place(menu, event, opener) {
  const box = opener.getBoundingClientRect();
  const byPointer = event.clientX || event.clientY;
  const [x, y] = byPointer ? [event.clientX, event.clientY] : [box.left, box.bottom];
  menu.style.left = `${Math.max(8, Math.min(x, window.innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y, window.innerHeight - menu.offsetHeight - 8))}px`;
}
