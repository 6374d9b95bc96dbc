/**
 * The server's HTML of a message, rebuilt by an allow-list.
 * DOMParser makes an inert document (no scripts, no loading); only elements made here reach the page.
 */

import { el, icon } from "./dom.js";
import { copyText } from "./notices.js";
import { timeNode } from "./time.js";

const SAFE_LINK = /^(https?|tg|mailto|tel):/i;
const SILENT = new Set(["SCRIPT", "STYLE", "IFRAME", "OBJECT", "EMBED", "TEMPLATE", "NOSCRIPT", "SVG", "MATH", "TITLE", "TEXTAREA"]);
const COMMAND = /(^|\s)(\/[a-z0-9_]{1,32}(?:@[a-z0-9_]{3,32})?)(?![\w/@])/gi;

/** `reader`: `{language, onCommand}`; without `onCommand` commands in the text are plain words. */
export function safeFragment(html, reader) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const fragment = document.createDocumentFragment();
  fragment.append(...rebuildAll(parsed.body, reader));
  return fragment;
}

const BLOCKS = new Set(["blockquote", "pre"]);
const rebuildAll = (parent, reader) => Array.from(parent.childNodes).flatMap((node) => rebuild(node, reader));

function rebuild(node, reader) {
  if (node.nodeType === Node.TEXT_NODE) return withCommands(afterBlock(node), reader);
  if (node.nodeType !== Node.ELEMENT_NODE || SILENT.has(node.nodeName.toUpperCase())) return [];
  const make = MAKERS[node.localName];
  return make ? [make(node, reader)] : rebuildAll(node, reader);
}

/** A quote ends its own line: the line break behind it is not another one. */
const afterBlock = (node) => (BLOCKS.has(node.previousSibling?.localName) ? node.data.replace(/^\n/, "") : node.data);

const plain = (tag) => (node, reader) => el(tag, {}, ...rebuildAll(node, reader));
const literally = (reader) => ({ ...reader, onCommand: null });

const MAKERS = {
  b: plain("strong"),
  strong: plain("strong"),
  i: plain("em"),
  em: plain("em"),
  u: plain("u"),
  ins: plain("u"),
  s: plain("s"),
  strike: plain("s"),
  del: plain("s"),
  br: () => el("br"),
  a: link,
  code,
  pre,
  blockquote: quote,
  "tg-spoiler": spoiler,
  "tg-time": time,
};

function link(node, reader) {
  const href = node.getAttribute("href") ?? "";
  const children = rebuildAll(node, literally(reader));
  if (!SAFE_LINK.test(href)) return el("span", {}, ...children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer", title: href }, ...children);
}

function code(node, reader) {
  if (node.parentElement?.localName === "pre") return el("code", {}, node.textContent);
  const text = node.textContent;
  const copy = (event) => {
    if (event.currentTarget.closest(".spoiler:not(.shown)")) return;
    copyText(text);
  };
  return button("code", { title: "Copy" }, copy, ...rebuildAll(node, literally(reader)));
}

function pre(node) {
  const copy = () => copyText(node.textContent.replace(/\n$/, ""));
  return button("pre", { title: "Copy" }, copy, el("code", {}, node.textContent), el("span", { class: "pre-copy" }, icon("copy")));
}

function spoiler(node, reader) {
  const show = (event) => {
    if (event.currentTarget.classList.contains("shown")) return;
    event.preventDefault();
    event.stopPropagation();
    reveal(event.currentTarget);
  };
  return button("span", { class: "spoiler", "aria-label": "Hidden text, press to show it" }, show, ...rebuildAll(node, reader));
}

function reveal(node) {
  node.classList.add("shown");
  for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
}

function quote(node, reader) {
  const children = rebuildAll(node, reader);
  if (!node.hasAttribute("expandable")) return el("blockquote", {}, ...children);
  const arrow = el("button", { type: "button", class: "quote-toggle", "aria-expanded": "false", "aria-label": "Show all of the quote" }, icon("chevron"));
  const box = el("blockquote", { class: "expandable" }, el("div", { class: "quote-text" }, ...children), arrow);
  arrow.addEventListener("click", (event) => {
    event.stopPropagation();
    expand(box, !box.classList.contains("open"));
  });
  box.addEventListener("click", (event) => {
    if (!box.classList.contains("open") && !event.target.closest("a, code")) expand(box, true);
  });
  return box;
}

function expand(box, open) {
  box.classList.toggle("open", open);
  box.querySelector(".quote-toggle").setAttribute("aria-expanded", String(open));
}

function time(node, reader) {
  const unix = Number(node.getAttribute("unix"));
  // beyond this a Date is invalid and formatting throws
  if (!Number.isFinite(unix) || Math.abs(unix) > 8.64e12) return el("span", {}, node.textContent);
  return timeNode(unix, node.getAttribute("format") ?? "", reader.language, node.textContent);
}

/** A tag that can be pressed by mouse and keyboard, though it is no button by name. */
function button(tag, props, act, ...children) {
  const node = el(tag, { role: "button", tabindex: "0", ...props, onclick: act }, ...children);
  node.addEventListener("keydown", (event) => {
    if ((event.key !== "Enter" && event.key !== " ") || event.target !== node || !node.hasAttribute("tabindex")) return;
    event.preventDefault();
    act(event);
  });
  return node;
}

function withCommands(text, { onCommand }) {
  if (!onCommand) return [document.createTextNode(text)];
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(COMMAND)) {
    const start = match.index + match[1].length;
    const command = match[2];
    parts.push(document.createTextNode(text.slice(from, start)));
    parts.push(el("button", { type: "button", class: "in-text-command", onclick: () => onCommand(command) }, command));
    from = start + command.length;
  }
  parts.push(document.createTextNode(text.slice(from)));
  return parts;
}

/** Keeps spoilers shown and quotes open when a message is edited under the reader's eyes. */
export function keepOpened(before, after) {
  const fresh = { spoiler: after.querySelectorAll(".spoiler"), expandable: after.querySelectorAll(".expandable") };
  before.querySelectorAll(".spoiler").forEach((node, n) => {
    const twin = fresh.spoiler[n];
    // a changed text is a new secret
    if (node.classList.contains("shown") && twin && twin.textContent === node.textContent) reveal(twin);
  });
  before.querySelectorAll(".expandable").forEach((node, n) => {
    if (node.classList.contains("open") && fresh.expandable[n]) expand(fresh.expandable[n], true);
  });
}
