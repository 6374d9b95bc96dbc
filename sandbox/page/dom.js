/** Makes elements. Text goes in as text nodes only, so nothing here can turn a stranger's words into markup. */

const SVG = "http://www.w3.org/2000/svg";

/** `el("button", {class: "x", testid: "y", onclick: f, "aria-label": "z"}, "text", node, null)` */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "testid") node.dataset.testid = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

const ICONS = {
  back: "M15 5l-7 7 7 7",
  block: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM6.4 6.4l11.2 11.2",
  bell: "M12 4a5.5 5.5 0 0 0-5.5 5.5v4L5 16.5h14l-1.5-3v-4A5.5 5.5 0 0 0 12 4zM10 19.5a2.2 2.2 0 0 0 4 0",
  bellOff: "M8 5.6A5.5 5.5 0 0 1 17.5 9.5v3M6.5 9v4.5L5 16.5h11.5M10 19.5a2.2 2.2 0 0 0 4 0M4 4l16 16",
  check: "M5 12.5l4.5 4.5L19 7.5",
  chevron: "M6 9.5l6 6 6-6",
  clock: "M12 7.5V12l3 2M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z",
  close: "M6 6l12 12M18 6L6 18",
  commands: "M14.5 5l-5 14",
  copy: "M9 9h10v11H9zM15 9V5H5v10h4",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14",
  down: "M12 5v13M6 12.5l6 6 6-6",
  dots: "M12 5.5v.1M12 12v.1M12 18.5v.1",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z",
  file: "M7 3.5h7l4 4v13H7zM14 3.5V8h4",
  globe: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c2.8 2.6 3.8 5.4 3.8 8.5s-1 5.9-3.8 8.5c-2.8-2.6-3.8-5.4-3.8-8.5s1-5.9 3.8-8.5z",
  group: "M9 11.5a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6zM3 19c.4-3.3 2.8-5 6-5s5.6 1.7 6 5M16 5.3a3.2 3.2 0 0 1 0 6M17.5 14.3c2 .6 3.3 2.2 3.5 4.7",
  link: "M8 16L16 8M9.5 8H16v6.5",
  moon: "M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z",
  plus: "M12 5v14M5 12h14",
  prompt: "M5 7l5 5-5 5M12 18h7",
  reply: "M10 6l-5.5 5.5L10 17M5 11.5h8c4 0 6 2 6.5 6",
  send: "M4.5 12L20 4.5 14.5 20l-3-6.5zM11.5 13.5L20 4.5",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3L7 7M17 17l1.7 1.7M18.7 5.3L17 7M7 17l-1.7 1.7",
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  ticks: "M2.5 12.8l4 4 8.5-9M11.5 16.3l.5.5 8.5-9",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7",
  warn: "M12 4.5L21 19.5H3zM12 10v4.5M12 17v.2",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function initials(name) {
  const words = (name ?? "").trim().split(/\s+/u).filter(Boolean);
  return words.slice(0, 2).map((word) => Array.from(word)[0]).join("").toUpperCase() || "?";
}

/** The colour follows the id, so that a person keeps it everywhere. Groups and bots are squarer than people. */
export function avatar(id, name, kind = "person") {
  const hue = Math.abs(Number(id) || 0) % 7;
  return el("span", { class: `avatar avatar-${kind} hue-${hue}`, "aria-hidden": "true" }, initials(name));
}
