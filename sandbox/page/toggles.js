/** The switches in the bars: colours (light, dark, as the system likes) and sound. */

import { icon } from "./dom.js";
import { isSoundOn, setSound } from "./notices.js";
import { recall, remember } from "./prefs.js";

const THEMES = [["system", "as the system"], ["light", "light"], ["dark", "dark"]];
const SIGNS = { system: "system", light: "sun", dark: "moon" };

export function setUpTheme(button) {
  let at = Math.max(0, THEMES.findIndex(([name]) => name === recall("theme")));
  const show = () => {
    const [name, words] = THEMES[at];
    document.documentElement.dataset.theme = name;
    button.replaceChildren(icon(SIGNS[name]));
    button.title = `Colours: ${words}`;
    button.setAttribute("aria-label", `Colours: ${words}. Change`);
  };
  button.addEventListener("click", () => {
    at = (at + 1) % THEMES.length;
    remember("theme", THEMES[at][0]);
    show();
  });
  show();
}

export function setUpSound(button) {
  const show = () => {
    const on = isSoundOn();
    button.replaceChildren(icon(on ? "bell" : "bellOff"));
    button.setAttribute("aria-pressed", String(on));
    button.title = on ? "Sound is on" : "Sound is off";
    button.setAttribute("aria-label", "Sound when a message arrives");
  };
  button.addEventListener("click", () => {
    setSound(!isSoundOn());
    show();
  });
  show();
}
