/** Message effects: a short burst of signs out of the bubble, as a phone shows it when such a message arrives. */

import { el } from "./dom.js";

/** Telegram's free effects by their ids. */
const SIGNS = {
  "5104841245755180586": "🔥",
  "5107584321108051014": "👍",
  "5104858069142078462": "👎",
  "5159385139981059251": "❤️",
  "5046509860389126442": "🎉",
  "5046589136895476101": "💩",
};
const PIECES = 14;

export function burst(node, effect) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const box = node.querySelector(".bubble").getBoundingClientRect();
  const layer = el("div", { class: "burst", "aria-hidden": "true" });
  layer.style.left = `${box.left + box.width / 2}px`;
  layer.style.top = `${box.top + box.height / 2}px`;
  for (let n = 0; n < PIECES; n += 1) layer.append(piece(SIGNS[effect] ?? "✨", n));
  document.body.append(layer);
  setTimeout(() => layer.remove(), 1_800);
}

function piece(sign, n) {
  const node = el("span", {}, sign);
  const angle = (n / PIECES) * 2 * Math.PI;
  const reach = 70 + (n % 4) * 32;
  const over = `translate(${Math.cos(angle) * reach}px, ${Math.sin(angle) * reach - 40}px)`;
  const fall = `translate(${Math.cos(angle) * reach * 1.2}px, ${Math.sin(angle) * reach + 90}px)`;
  node.animate(
    [
      { transform: "translate(0, 0) scale(.2)", opacity: 0 },
      { transform: `${over} scale(1.15)`, opacity: 1, offset: 0.35 },
      { transform: `${fall} scale(.7)`, opacity: 0 },
    ],
    { duration: 1_200 + (n % 5) * 120, easing: "cubic-bezier(.2,.7,.3,1)", fill: "both" },
  );
  return node;
}
