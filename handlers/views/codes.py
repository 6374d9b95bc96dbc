"""Codes and the words around them: shown, copied, or kept from those who read along."""

from dataclasses import dataclass
from html import escape

from aiogram.types import InlineKeyboardButton

from handlers.callbacks import ShowCode
from handlers.keyboard import button, copy_button
from handlers.texts import Html, Texts, clean, clean_name, given_name
from storage.orders import Order
from storage.sealed import MessageBody

CARD_TEXT = 700
"""Characters of an SMS on the card; the push shows it whole."""

PUSH_TEXT = 3000
NAME_LENGTH = 32
"""Characters of a person's name, beside other words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who reads where an order is shown."""

    buyer: str | None = None
    """What the one who ordered is called, where others read too; empty if nobody knows.
    None: only they read, or it is no share's order."""
    sees_codes: bool = True
    in_group: bool = False


ALONE = Audience()
"""The one who ordered, or whoever sees all that they see."""


def buyer_name(t: Texts, name: str | None) -> str:
    """Who ordered, in a line of text."""
    return given_name(name or "", NAME_LENGTH) or t.plain("code-buyer-unnamed")


def ordered_by(t: Texts, audience: Audience) -> Html | str:
    """Whose order it is, where that is not clear by itself."""
    return t("card-for", name=buyer_name(t, audience.buyer)) if audience.buyer else ""


def kept(t: Texts, audience: Audience, count: int) -> Html | str:
    """So many messages came, and who alone sees them."""
    return t("code-kept", name=buyer_name(t, audience.buyer), count=count) if count else ""


def waits(t: Texts, user_id: int, name: str) -> Html:
    """Calls somebody by name to the private chat, where the code waits."""
    called = escape(buyer_name(t, name), quote=False)
    return t("notice-code-waits", name=Html(f'<a href="tg://user?id={user_id}">{called}</a>'))


def show_button(t: Texts, order: Order) -> InlineKeyboardButton:
    """Shows the code to who ordered, and to nobody else."""
    return button(t.plain("button-show-code"), ShowCode(order=order.id), style="primary")


def message(t: Texts, body: MessageBody) -> Html:
    """One SMS on a card."""
    code = code_of(body)
    return t.lines([t("card-code", code=code) if code else "", quoted(body, CARD_TEXT)])


def code_of(body: MessageBody) -> str:
    """The code as it is shown and copied; empty where there is none that can be seen."""
    return clean_name(body.code or "")


def copy_code(t: Texts, code: str) -> InlineKeyboardButton | None:
    """Copies it; None where there is none."""
    return copy_button(t.plain("button-copy-code", code=code), code) if code else None


def quoted(body: MessageBody, length: int) -> Html:
    """The sender's words: marked as theirs, without links that unfold or text that turns around.

    Empty where they are nothing but the code.
    """
    text = clean(body.text, length)
    if not text or text == code_of(body):
        return Html("")
    return Html(f"<blockquote><code>{_escape(text)}</code></blockquote>")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
