/** The sandbox over HTTP (docs/sandbox.md). Addresses are relative, so that the page works behind any prefix. */

const BASE = new URL("..", import.meta.url);
const PRESS_PATIENCE_MS = 20_000; // the server itself waits 15 s for the bot
const PATIENCE_MS = 15_000;

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

async function call(method, path, body, patience = PATIENCE_MS) {
  let response;
  try {
    response = await fetch(new URL(path, BASE), {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
    });
  } catch (error) {
    throw new ApiError(0, error.name === "TimeoutError" ? "The sandbox did not answer in time" : "The sandbox can't be reached");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, answer.error ?? `The sandbox answered ${response.status}`);
  return answer;
}

const part = encodeURIComponent;
const inChat = (person, chat, rest) => `people/${part(person)}/chats/${part(chat)}/${rest}`;

export const api = {
  people: async () => (await call("GET", "people")).people,
  addPerson: (person) => call("POST", "people", person),
  chats: async (person) => (await call("GET", `people/${part(person)}/chats`)).chats,
  messages: async (person, chat) => (await call("GET", inChat(person, chat, "messages"))).messages,
  send: (person, chat, message) => call("POST", inChat(person, chat, "messages"), message),
  press: (person, chat, press) => call("POST", inChat(person, chat, "press"), press, PRESS_PATIENCE_MS),
  remove: (person, chat, message) => call("DELETE", inChat(person, chat, `messages/${part(message)}`)),
  startInGroup: (person, chat, bot, payload) => call("POST", inChat(person, chat, "start"), { bot, payload }),
  block: (person, chat, blocked) => call("POST", inChat(person, chat, blocked ? "block" : "unblock"), {}),
  commands: async (person, chat) => (await call("GET", `people/${part(person)}/commands?chat=${part(chat)}`)).commands,
  inline: (person, chat, query) => call("POST", inChat(person, chat, "inline"), query),
  addGroup: (group) => call("POST", "groups", group),
  sites: async () => (await call("GET", "outside/sites")).sites,
  outside: (site, path, body = {}) => call("POST", `outside/${part(site)}/${path}`, body),
};

/** Where a photo or document can be fetched by somebody who sees it. */
export const fileAddress = (person, file) => new URL(`people/${part(person)}/files/${part(file.file_id)}`, BASE).href;

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10_000;

/** Server-sent events that come back by themselves. `onUp` runs after each (re)connection: then reload, events were missed. */
export function listen(person, { onEvent, onUp, onDown }) {
  let source = null;
  let timer = 0;
  let wait = FIRST_WAIT_MS;

  function open() {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(new URL(`people/${part(person)}/events`, BASE));
    source.onopen = () => {
      wait = FIRST_WAIT_MS;
      onUp();
    };
    source.onmessage = (event) => onEvent(JSON.parse(event.data));
    source.onerror = () => {
      // the browser's own retry gives up for good on an HTTP error, so the waiting is done here
      source.close();
      onDown();
      timer = setTimeout(open, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
  }

  window.addEventListener("online", open);
  open();
  return () => {
    window.removeEventListener("online", open);
    clearTimeout(timer);
    source.close();
  };
}
