"""What the bot says when it comes into a group."""

from handlers.callbacks import BELOW, ShareButton, ShareDo
from handlers.keyboard import Keyboard, button
from handlers.texts import Texts
from handlers.views.view import View


def group(t: Texts) -> View:
    """Two lines and one button. It stays: whoever presses first may have nothing to lend."""
    share = button(t.plain("button-share-here"), ShareButton(do=ShareDo.LIST, arg=BELOW), style="success")
    return View(t.lines([t("group-hello"), t("group-hello-share")]), Keyboard().row(share).markup())
