"""Methods by which a bot hears: updates, webhooks, answers to presses."""

import asyncio
import contextlib
import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.telegram.call import Call, Method, Said
from sandbox.telegram.errors import bad, conflict
from sandbox.telegram.state import Json
from sandbox.telegram.webhook import Target

__all__ = ["METHODS", "webhook_target"]

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
LONGEST = 50  # seconds of one long poll


def get_me(call: Call) -> Json:
    """getMe."""
    more = {
        "can_join_groups": True,
        "can_read_all_group_messages": not call.bot.privacy,
        "supports_inline_queries": call.bot.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return call.me.api() | more


async def get_updates(call: Call) -> list[Json]:
    """getUpdates."""
    if call.bot.webhook:
        raise conflict(WEBHOOK_ACTIVE)
    updates, params = call.bot.updates, call.params
    kinds = params.json("allowed_updates", list, "allowed updates")
    if kinds is not None:
        updates.allow(kinds)
    limit = params.number("limit", 100)
    timeout = min(max(params.number("timeout"), 0), LONGEST)
    return await updates.poll(params.number("offset"), limit if 1 <= limit <= 100 else 100, timeout)


def webhook_target(call: Call) -> Target | None:
    """What setWebhook asks for; None to be without one. Raises ApiError."""
    url, secret = call.params.text("url").strip(), call.params.text("secret_token")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise bad("bad webhook: Failed to resolve host: Name or service not known")
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad("secret token contains unallowed characters")
    return Target(url, secret, min(max(call.params.number("max_connections", 40), 1), 100))


def _loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def get_webhook_info(call: Call) -> Json:
    """getWebhookInfo."""
    updates = call.bot.updates
    found: Json = {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": len(updates.fresh()),
    }
    if call.bot.webhook:
        found |= call.bot.webhook.info()
    return found | {"allowed_updates": updates.allowed} if updates.allowed else found


def answer_callback_query(call: Call) -> bool:
    """answerCallbackQuery."""
    text = call.params.text("text")
    if len(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    query = call.hub.open_query(call.params.text("callback_query_id"), call.bot)
    if query is None:
        raise bad(TOO_OLD)
    query.answered = True
    show_alert = call.params.flag("show_alert")
    answer: Json = {"text": text, "show_alert": show_alert, "url": call.params.text("url")}
    if not query.answer.done():
        query.answer.set_result(answer)
    if text:
        call.hub.tell(
            query.user, query.message.chat, {"type": "toast", "text": text, "show_alert": show_alert}
        )
    return True


def answer_inline_query(call: Call) -> bool:
    """answerInlineQuery."""
    results = call.params.json("results", list, "inline query results")
    if results is None:
        raise bad("can't parse inline query results JSON object")
    if len(results) > 50:
        raise bad("RESULTS_TOO_MUCH")
    ids = [str(result.get("id", "")) if isinstance(result, dict) else "" for result in results]
    if not all(1 <= len(one.encode()) <= 64 for one in ids):
        raise bad("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad("RESULT_ID_DUPLICATE")
    waiting: asyncio.Future[Any] | None = call.hub.inline.pop(call.params.text("inline_query_id"), None)
    if waiting is None or waiting.done():
        raise bad(TOO_OLD)
    waiting.set_result({"results": results, "next_offset": call.params.text("next_offset")})
    return True


def yes(_call: Call) -> Said | bool:
    """logOut and close: nothing is kept that they could end."""
    return True


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "getWebhookInfo": get_webhook_info,
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
    "logOut": yes,
    "close": yes,
}
