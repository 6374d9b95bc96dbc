/** Where links lead: to a bot of this world, or out of it. */

import { toast } from "./notices.js";

const OUTSIDE = /^(https?|mailto|tel):/i;

/** `world`: `{chats, start(chat, payload), addToGroup(bot, payload)}`. Deep links of Telegram work inside the sandbox. */
export function openLink(url, world) {
  const deep = deepLink(url);
  const bot = deep ? findBot(world.chats, deep.name) : null;
  if (bot && deep.query.has("startgroup")) world.addToGroup(bot.id, deep.query.get("startgroup"));
  else if (bot) world.start(bot.id, deep.query.get("start"));
  else if (OUTSIDE.test(url)) window.open(url, "_blank", "noopener,noreferrer");
  else toast(`This link leads out of the sandbox: ${url}`);
}

function deepLink(url) {
  let address;
  try {
    address = new URL(url);
  } catch {
    return null; // not an address at all; the caller says so
  }
  if (address.protocol === "tg:") return { name: address.searchParams.get("domain"), query: address.searchParams };
  return ["t.me", "telegram.me"].includes(address.hostname) ? { name: address.pathname.slice(1), query: address.searchParams } : null;
}

/** A private chat tells its bot's name only once something was said; a lone bot is found all the same. */
export function findBot(chats, name) {
  const bots = chats.filter(({ type }) => type === "private");
  return bots.find(({ username, last }) => (username ?? last?.chat?.username)?.toLowerCase() === name?.toLowerCase()) ?? (bots.length === 1 ? bots[0] : null);
}
