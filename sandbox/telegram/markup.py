"""Keyboards: what Telegram accepts under a message."""

import json
import re
from typing import Any

from sandbox.telegram.errors import bad
from sandbox.telegram.params import Params

__all__ = ["inline_of", "split"]

ACTIONS = (
    *(
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
    ),
    *("switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay", "disabled"),
)
STYLES = frozenset({"danger", "success", "primary"})
URL = re.compile(
    r"(https?://[^\s/?#.]+(\.[^\s/?#.]+)*([:/?#]\S*)?|tg://\S+|ton://\S+|mailto:\S+|tel:\S+)", re.IGNORECASE
)
MAX_JSON = 10_000  # bytes
MAX_BUTTONS = 100
MAX_ROW = 8

Json = dict[str, Any]


def split(params: Params) -> tuple[Json | None, Json | None]:
    """The inline keyboard, and what else a `reply_markup` can be (a prompt: ForceReply, keyboard, remove)."""
    markup = params.json("reply_markup", dict, "reply markup")
    if not markup:
        return None, None
    if "inline_keyboard" in markup:
        return _keyboard(markup), None
    if len(json.dumps(markup, ensure_ascii=False).encode()) > MAX_JSON:
        raise bad("reply markup is too long")
    if not any(kind in markup for kind in ("force_reply", "keyboard", "remove_keyboard")):
        raise bad("object expected as reply markup")
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 1 <= len(str(placeholder)) <= 64:
        raise bad("input field placeholder must be 1-64 characters")
    return None, markup


def inline_of(params: Params) -> Json | None:
    """The inline keyboard of an edit; None takes the keyboard away."""
    inline, prompt = split(params)
    if prompt:
        raise bad("inline keyboard expected")
    return inline


def _keyboard(markup: Json) -> Json | None:
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" must be of type Array')
    rows = [[_button(button) for button in row] for row in rows if row]
    if sum(map(len, rows)) > MAX_BUTTONS or any(len(row) > MAX_ROW for row in rows):
        raise bad("reply markup is too long")
    if len(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()) > MAX_JSON:
        raise bad("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def _button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad('can\'t parse inline keyboard button: Field "text" must be a non-empty String')
    actions = [name for name in ACTIONS if button.get(name) is not None]
    if not actions:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad("can't parse inline keyboard button: exactly one action must be specified")
    if button.get("style") is not None and str(button["style"]) not in STYLES:
        raise bad("can't parse inline keyboard button: invalid style specified")
    _check_action(actions[0], button[actions[0]])
    return {key: value for key, value in button.items() if value is not None}


def _check_action(name: str, value: Any) -> None:
    if name == "callback_data" and not (isinstance(value, str) and 1 <= len(value.encode()) <= 64):
        raise bad("BUTTON_DATA_INVALID")
    if name == "copy_text":
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= 256:
            raise bad("BUTTON_COPY_TEXT_INVALID")
    if name == "url" and not (isinstance(value, str) and URL.fullmatch(value)):
        raise bad("BUTTON_URL_INVALID")
