"""Every failure in the reader's language: what happened, whether money was spent, what to press next."""

from handlers.texts import Html, Texts, clean
from orders.errors import AlreadyLinked, BadInput, MayNot, OverLimit, PriceRose, Told
from providers.errors import BadKey, NoAnswer, NoFunds, NotAllowed, RateLimited, SiteError

DETAIL_LENGTH = 160

LENT = {BadKey.code: "error-bad-key-lent", NoFunds.code: "error-no-funds-lent"}
"""What only the owner of an account can mend, as others read it."""


def told(t: Texts, error: Told) -> Html:
    """Why the bot itself does not do it."""
    match error:
        case PriceRose():
            return t("told-price-rose", confirmed=t.money(error.confirmed), now=t.money(error.now))
        case OverLimit():
            whose = "group-" if error.of_group else ""
            return t(
                f"told-over-limit-{whose}{error.span}", most=t.money(error.most), left=t.money(error.left)
            )
        case MayNot():
            return t(f"told-may-not-{error.why}")
        case AlreadyLinked():
            return t("told-already-linked", name=error.name)
        case BadInput():
            return t(f"hint-{error.choice}")
        case _:
            return t(f"told-{error.code}")


def site_error(t: Texts, error: SiteError, site_name: str, *, is_lent: bool = False) -> Html:
    """Why a read or an act did not work. Nothing was spent by it. `is_lent`: see `reason`."""
    seconds = int(error.retry_after) if isinstance(error, RateLimited) else 0
    code = f"{error.code}-{error.reason}" if isinstance(error, NoAnswer) else error.code
    return reason(t, code, site_name, detail=error.detail, seconds=seconds, is_lent=is_lent)


def reason(
    t: Texts, code: str, site_name: str, *, detail: str | None = None, seconds: int = 0, is_lent: bool = False
) -> Html:
    """The text of a site error's code, with the site's own words where it gave any.

    `is_lent`: read in a group with which its owner shares the account. Others can't top it up, and what the
    site says of it is not for them.
    """
    if is_lent and code in LENT:
        return t(LENT[code], site=site_name)
    key = f"error-{code}"
    if not t.has(key):
        key = "error-no-answer" if code.startswith("no-answer") else "error-refused"
    is_said = code.startswith(f"{NotAllowed.code}-")  # the site's reason in the reader's language
    said = t("error-detail", detail=clean(detail, DETAIL_LENGTH)) if detail and not is_said else ""
    return t.lines([t(key, site=site_name, seconds=seconds), said])
