"""The main menu, help, settings and language."""

from collections.abc import Sequence

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.callbacks import CapButton, KeepDays, Language, Open, Page, ShareButton, ShareDo
from handlers.keyboard import Keyboard, button
from handlers.texts import Texts, texts_for
from handlers.views.view import View
from storage.people import User

KEEP_CHOICES = (1, 7, 30, 90)
"""Days that codes and texts can be kept."""


def main(t: Texts, *, has_accounts: bool, open_orders: int, rentals: int = 0) -> View:
    """The first thing people see, and where every path leads back to."""
    if not has_accounts:
        keyboard = (
            Keyboard()
            .row(button(t.plain("button-link-first"), Open(to=Page.LINK), style="success"))
            .row(
                button(t.plain("button-settings"), Open(to=Page.SETTINGS)),
                button(t.plain("button-help"), Open(to=Page.HELP)),
            )
        )
        return View(t("welcome"), keyboard.markup())
    keyboard = (
        Keyboard()
        .row(button(t.plain("button-order"), Open(to=Page.ORDER), style="success"))
        .row(
            button(t.plain("button-orders", count=open_orders), Open(to=Page.ORDERS)),
            button(t.plain("button-rentals", count=rentals), Open(to=Page.RENTALS)),
        )
        .row(
            button(t.plain("button-history"), Open(to=Page.HISTORY)),
            button(t.plain("button-balance"), Open(to=Page.BALANCE)),
        )
        .row(
            button(t.plain("button-accounts"), Open(to=Page.ACCOUNTS)),
            button(t.plain("button-settings"), Open(to=Page.SETTINGS)),
        )
        .row(button(t.plain("button-help"), Open(to=Page.HELP)))
    )
    return View(t("main-menu"), keyboard.markup())


def of_group(t: Texts, *, open_orders: int, rentals: int) -> View:
    """The same in a group: what is done there. Figures and keys are a matter of the private chat."""
    keyboard = (
        Keyboard()
        .row(button(t.plain("button-order"), Open(to=Page.ORDER), style="success"))
        .row(
            button(t.plain("button-orders", count=open_orders), Open(to=Page.ORDERS)),
            button(t.plain("button-rentals", count=rentals), Open(to=Page.RENTALS)),
        )
        .row(
            button(t.plain("button-shared-here"), ShareButton(do=ShareDo.LIST)),
            button(t.plain("button-help"), Open(to=Page.HELP)),
        )
    )
    return View(t("main-menu"), keyboard.markup())


def help_page(t: Texts) -> View:
    """What the bot does, in one screen."""
    return View(t("help"), home(t))


def settings(t: Texts, user: User, languages: Sequence[str]) -> View:
    """Language, and how long codes are kept."""
    keyboard = Keyboard()
    keyboard.grid(
        [
            button(
                ("✓ " if code == t.language else "") + texts_for(code).plain("language-name"),
                Language(code=code),
            )
            for code in languages
        ],
        columns=2,
    )
    keyboard.grid(
        [
            button(
                ("✓ " if days == user.keep_days else "") + t.plain("button-keep-days", days=days),
                KeepDays(days=days),
            )
            for days in KEEP_CHOICES
        ],
        columns=2,
    )
    keyboard.row(button(t.plain("button-caps"), CapButton()))
    keyboard.row(menu_button(t))
    return View(t("settings", days=user.keep_days), keyboard.markup())


def menu_button(t: Texts, *, below: bool = False) -> InlineKeyboardButton:
    """Back to the main menu; `below` a message that must stay."""
    return button(t.plain("button-menu"), Open(to=Page.MAIN, below=below))


def home(t: Texts) -> InlineKeyboardMarkup:
    """A keyboard of nothing but the way back."""
    return Keyboard().row(menu_button(t)).markup()
