/** Puts the page together: who I am, which chat is open, and what events do to them. */

import { ApiError, api, listen } from "./api.js";
import { keyOf, nameOf, plainText, summary } from "./bubble.js";
import { ChatList, kindOf } from "./chats.js";
import { Composer } from "./composer.js";
import { avatar, byId, el, icon } from "./dom.js";
import { findBot, openLink } from "./links.js";
import { messageMenu, onLongPress, openMenu } from "./menu.js";
import { MessageList } from "./messages.js";
import { alertDialog, callbackNotice, forgetNotice, ping, telling, titleBadge, toast } from "./notices.js";
import { Panel } from "./panel.js";
import { PersonSwitcher, groupDialog, groupPicker } from "./people.js";
import { recall, remember } from "./prefs.js";
import { languageOf, startTicking } from "./time.js";
import { setUpSound, setUpTheme } from "./toggles.js";
import { welcome } from "./welcome.js";

const ANSWER_MS = 2_500; // a bot's message this soon after my act is its answer; later it is a push
const INLINE_SECONDS = 5;
const RELOAD_MS = 120;
const RETRY_MS = 1_500;

const state = { me: null, people: [], chats: [], chat: null, held: null, loads: 0, unseen: new Map(), drafts: 0, actedAt: 0 };
const app = byId("app");
const isPhone = () => matchMedia("(max-width: 759px)").matches;

const list = new MessageList(viewOf(null));
const composer = new Composer((message, replyTo) => send(message, replyTo), () => setBlocked(false), searchInline);
const chatList = new ChatList((id) => openChat(id));
const switcher = new PersonSwitcher((person) => become(person));
const panel = new Panel(() => writeAddress());
let stopListening = () => {};
let reloadTimer = 0;

function viewOf(chat) {
  const actions = {
    command: (text) => send({ text }),
    press,
    openLink: (url) => openLink(url, { chats: state.chats, start: startBot, addToGroup }),
    insert: (message, query) => composer.insert(`@${message.from.username} ${query}`),
    goTo: (key) => list.goTo(key),
    menu: (event, message) => messageMenu(event, message, { reply: () => composer.reply(message), remove: () => removeMessage(message) }),
    longPress: (node, message) => onLongPress(node, (event) => actions.menu(event, message)),
  };
  return { person: state.me?.id, language: languageOf(state.me), group: chat !== null && chat.type !== "private", actions };
}

// ---- the chat

const openedChat = () => state.chats.find(({ id }) => id === state.chat) ?? null;

async function openChat(id, { show = true } = {}) {
  const changed = state.chat !== id;
  state.chat = id;
  state.unseen.delete(id);
  if (show) showView("chat");
  if (changed) {
    state.held = null; // events of the chat that was left
    composer.reset();
    list.open(viewOf(openedChat()), []);
    byId("empty").hidden = true;
    byId("composer-area").hidden = false;
    showHeading();
    writeAddress();
    if (!isPhone()) composer.focus();
  }
  showChats();
  const loaded = await telling(() => loadMessages(id));
  if (loaded === null || state.chat !== id) return;
  if (changed) list.open(viewOf(openedChat()), loaded);
  else list.resync(loaded);
  releaseHeld();
  afterChange();
  const commands = await telling(() => api.commands(state.me.id, id));
  if (state.chat === id && commands) composer.setCommands(commands);
}

/**
 * Events that come while the list is on its way are held back, then applied on top of it.
 * Null if a later loading has overtaken this one: its list is the newer.
 */
async function loadMessages(id) {
  state.loads += 1;
  const turn = state.loads;
  state.held ??= [];
  try {
    const messages = await api.messages(state.me.id, id);
    return turn === state.loads ? messages : null;
  } catch (error) {
    if (turn === state.loads) releaseHeld();
    throw error;
  }
}

function releaseHeld() {
  const held = state.held ?? [];
  state.held = null;
  for (const event of held) applyToChat(event);
}

function closeChat() {
  state.chat = null;
  composer.reset();
  list.open(viewOf(null), []);
  showHeading();
  showView("list");
  showChats();
  writeAddress();
}

function showHeading(busy = false) {
  const chat = openedChat();
  byId("conversation").classList.toggle("without-chat", !chat);
  if (!chat) return;
  byId("chat-title").textContent = chat.title;
  byId("chat-status").textContent = busy ? "typing…" : chat.type === "private" ? "bot" : chat.members ? `group, ${chat.members.length ?? chat.members} members` : "group";
  byId("chat-status").classList.toggle("busy", busy);
  byId("chat-menu").hidden = chat.type !== "private";
  composer.setBlocked(Boolean(chat.blocked));
  byId("chat-avatar").replaceChildren(avatar(chat.id, chat.title, kindOf(chat)));
}

function afterChange() {
  const { messages } = list;
  composer.follow(messages, state.me);
  showEmpty(messages.length === 0);
}

function showEmpty(empty) {
  const chat = openedChat();
  const box = byId("empty");
  box.hidden = !empty || !chat;
  byId("composer-area").hidden = Boolean(empty && chat?.type === "private");
  const words = JSON.stringify([chat?.id, chat?.title, chat?.description]);
  if (box.hidden || box.dataset.words === words) return; // a button that is being pressed must stay
  box.dataset.words = words;
  box.replaceChildren(...welcome(chat, () => send({ text: "/start" })));
}

// ---- what I do

async function send(message, replyTo = null) {
  const { me, chat } = state;
  state.actedAt = Date.now();
  const key = `draft-${++state.drafts}`;
  list.upsert({ message_id: key, pending: true, out: true, date: Math.floor(Date.now() / 1000), from: me, text: message.text, reply_to_message: replyTo ?? undefined });
  showEmpty(false);
  try {
    const { message_id: id } = await api.send(me.id, chat, message);
    const draft = list.get(key);
    if (draft && list.get(id)) list.remove(key);
    else if (draft) list.adopt(key, { ...draft, message_id: id, pending: undefined });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(`Not sent: ${error.message}`, "bad");
    if (!list.get(key)) return;
    list.remove(key);
    composer.insert(message.text);
    showEmpty(list.messages.length === 0);
  }
}

/** A bot's results for "@bot words"; none if there is no such bot or it does not do that. */
async function searchInline(name, query) {
  const bot = findBot(state.chats, name);
  const answer = bot && (await telling(() => api.inline(state.me.id, state.chat, { bot: bot.id, query, wait: INLINE_SECONDS })));
  return answer?.results ?? [];
}

async function press(message, data) {
  forgetNotice();
  state.actedAt = Date.now();
  const { chat } = state;
  const body = { message_id: message.message_id, data };
  if (message.ephemeral_message_id) body.ephemeral_message_id = message.ephemeral_message_id;
  const answer = await telling(() => api.press(state.me.id, chat, body));
  state.actedAt = Date.now();
  if (!answer) return;
  if (!answer.answered) toast("The bot did not answer this press", "bad");
  callbackNotice(answer, openedChat()?.title);
  if (answer.url) viewOf(openedChat()).actions.openLink(answer.url);
}

const removeMessage = (message) => telling(() => api.remove(state.me.id, state.chat, message.message_id));

async function setBlocked(blocked) {
  await telling(() => api.block(state.me.id, state.chat, blocked));
  await telling(reloadChats);
  showHeading();
}

function chatMenu(event) {
  const blocked = Boolean(openedChat()?.blocked);
  openMenu(event, "Chat", [{ name: "block", sign: "block", words: blocked ? "Unblock the bot" : "Block the bot", act: () => setBlocked(!blocked) }]);
}

async function startBot(chat, payload) {
  await openChat(chat);
  await send({ text: payload ? `/start ${payload}` : "/start" });
}

function makeGroup() {
  const bots = state.chats.filter(({ type }) => type === "private");
  groupDialog(state.me, state.people, bots, async (group) => {
    await reloadChats();
    await openChat(group.id);
  });
}

/** As Telegram's own clients do at t.me/bot?startgroup=payload. */
function addToGroup(bot, payload) {
  const groups = state.chats.filter(({ type }) => type !== "private");
  groupPicker(groups, async (group) => {
    await openChat(group.id);
    await telling(() => api.startInGroup(state.me.id, group.id, bot, payload));
  }, makeGroup);
}

// ---- what happens to me

function onEvent(event) {
  if (event.type === "chats") reloadSoon();
  else if (event.chat === state.chat && event.type !== "toast") {
    if (state.held) state.held.push(event);
    else applyToChat(event);
  } else if (event.type === "toast") callbackNotice(event, titleOf(event.chat));
  if (event.type === "message") onNews(event);
}

const titleOf = (id) => state.chats.find((chat) => chat.id === id)?.title;

function applyToChat(event) {
  if (event.type === "typing") {
    list.showTyping();
    showHeading(true);
    clearTimeout(applyToChat.timer);
    applyToChat.timer = setTimeout(showHeading, 6_000);
    return;
  }
  if (event.type === "delete") {
    const key = event.ephemeral_message_id ? `e${event.ephemeral_message_id}` : String(event.message_id);
    composer.forget(key);
    list.remove(key);
  } else upsert(event.message);
  afterChange();
  reloadSoon();
}

function upsert(message) {
  const key = keyOf(message);
  const draft = message.out && !list.get(key) ? list.messages.find((known) => known.pending && known.text === plainText(message)) : null;
  if (draft) list.adopt(draft.message_id, message);
  else list.upsert(message);
  if (!message.out) showHeading();
}

/** A message nobody asked for just now: ring, count it, let the bell swing. */
function onNews({ chat, message }) {
  reloadSoon();
  if (message.out) return;
  const unasked = Date.now() - state.actedAt > ANSWER_MS;
  if (chat !== state.chat || document.hidden) state.unseen.set(chat, (state.unseen.get(chat) ?? 0) + 1);
  if (!unasked && chat === state.chat && !document.hidden) return;
  ping();
  byId("sound-toggle").classList.remove("ringing");
  requestAnimationFrame(() => byId("sound-toggle").classList.add("ringing"));
  document.querySelector(`[data-message-id="${keyOf(message)}"]`)?.classList.add("push");
  if (chat !== state.chat) toast(`${titleOf(chat) ?? nameOf(message.from ?? {})}: ${summary(message)}`);
}

// ---- lists and the address

function reloadSoon() {
  clearTimeout(reloadTimer);
  reloadTimer = setTimeout(() => telling(reloadChats), RELOAD_MS);
}

async function reloadChats() {
  const { me } = state;
  const chats = await api.chats(me.id);
  if (me !== state.me) return;
  state.chats = chats;
  showChats();
  // the bot may come up after the page
  if (state.chat === null && !isPhone() && chats.length) await openChat(chats[0].id);
}

/** Unread numbers are this page's own count while it runs: the server can't know what is on the screen. */
function showChats() {
  if (!document.hidden) state.unseen.delete(state.chat);
  const chats = state.chats.map((chat) => ({ ...chat, unread: state.unseen.get(chat.id) ?? 0 }));
  chatList.show(chats, state.chat);
  titleBadge(chats.reduce((sum, { unread }) => sum + unread, 0));
}

function showView(view) {
  if (app.dataset.view === view) return;
  app.dataset.view = view;
  if (view === "chat" && isPhone()) history.pushState({ view }, "");
}

function writeAddress() {
  if (!state.me) return;
  const query = new URLSearchParams({ person: state.me.id });
  if (state.chat !== null) query.set("chat", state.chat);
  if (panel.isOpen) query.set("panel", "1");
  history.replaceState(history.state, "", `?${query}`);
}

async function become(person, wanted = null) {
  stopListening();
  state.me = person;
  state.unseen.clear();
  state.people = await api.people();
  state.chats = await api.chats(person.id);
  for (const { id, unread } of state.chats) if (unread) state.unseen.set(id, unread);
  remember("person", String(person.id));
  switcher.show(state.people, person);
  const again = state.chats.find(({ id }) => id === (wanted ?? state.chat));
  state.chat = null;
  const first = again ?? (isPhone() ? null : state.chats[0]);
  if (first) await openChat(first.id, { show: wanted !== null || app.dataset.view === "chat" });
  else closeChat();
  writeAddress();
  stopListening = listen(person.id, { onEvent, onUp: resync, onDown: lost });
}

/** The connection may have ended because the world began anew, without me. */
async function lost() {
  showConnection(false);
  const { me } = state;
  const people = await api.people().catch(() => null); // still out of reach: the events come back by themselves
  if (!people || me !== state.me || people.some(({ id }) => id === me.id)) return;
  stopListening();
  closeChat();
  await beginUntilItWorks();
}

async function resync() {
  showConnection(true);
  await telling(reloadChats);
  if (state.chat !== null) await openChat(state.chat, { show: false });
}

function showConnection(up) {
  const note = byId("connection");
  note.hidden = up;
  note.textContent = up ? "" : "Connecting…";
  app.classList.toggle("offline", !up);
}

// ---- beginning

function setUpControls() {
  byId("back").append(icon("back"));
  byId("chat-menu").append(icon("dots"));
  byId("chat-menu").addEventListener("click", chatMenu);
  byId("jump").append(icon("down"));
  byId("new-group").append(icon("group"));
  byId("new-group").addEventListener("click", makeGroup);
  byId("no-chat").append(icon("bell"), el("p", {}, "Choose a chat"));
  byId("back").addEventListener("click", () => (history.state?.view === "chat" ? history.back() : closeChat()));
  window.addEventListener("popstate", () => isPhone() && closeChat());
  // a phone that slept may have missed events without noticing that the line was dead
  document.addEventListener("visibilitychange", () => !document.hidden && state.me && resync());
  setUpSound(byId("sound-toggle"));
  setUpTheme(byId("theme-toggle"));
  startTicking();
}

async function begin() {
  const query = new URLSearchParams(location.search);
  if (query.get("panel") === "1") panel.open();
  const people = await api.people();
  const wanted = query.get("person") ?? recall("person");
  const me = people.find(({ id }) => String(id) === wanted) ?? people[0] ?? (await settle());
  await become(me, query.has("chat") ? Number(query.get("chat")) : null);
}

/** An empty world gets its first people, one for each language of the bot. */
async function settle() {
  const anna = await api.addPerson({ first_name: "Anna", username: "anna", language_code: "en" });
  await api.addPerson({ first_name: "Boris", username: "boris", language_code: "ru" });
  return anna;
}

async function beginUntilItWorks() {
  try {
    await begin();
    showConnection(true);
  } catch (error) {
    if (!(error instanceof ApiError)) {
      alertDialog(`This page has a fault: ${error.message}`);
      throw error;
    }
    showConnection(false);
    setTimeout(beginUntilItWorks, RETRY_MS);
  }
}

setUpControls();
beginUntilItWorks();
