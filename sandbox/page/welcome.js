/** What an empty chat shows: what the bot is for, and the one thing to press. */

import { kindOf } from "./chats.js";
import { avatar, el } from "./dom.js";

const BOT = "Order phone numbers at your own SMS-number sites, right from this chat. The code rings here the moment it arrives.";
const GROUP = "A new group. Write a command to wake the bot.";

export function welcome(chat, onStart) {
  const bot = chat.type === "private";
  return [
    avatar(chat.id, chat.title, kindOf(chat)),
    el("h2", {}, bot ? "What can this bot do?" : chat.title),
    el("p", {}, chat.description || (bot ? BOT : GROUP)),
    bot ? el("button", { type: "button", class: "start", testid: "start", onclick: onStart }, "START") : "",
  ];
}
