"""Words of somebody's own in a pick, such as the text of an SMS: sealed until they were sent."""

from collections.abc import Sequence
from dataclasses import replace

from orders.desk import Desk
from providers.site import Picks
from providers.words import Act
from storage.accounts import Account
from storage.drafts import Pick, ids_of
from storage.sealed import RowOwner, open_words, seal_words

SEALED = "sealed"
WORDS = "words"
"""Facts of a pick with private words: as it is stored, and revealed."""


def conceal(desk: Desk, account: Account, user_id: int, pick: Pick) -> Pick:
    """This pick as it may be stored."""
    sealed = seal_words(desk.vault, _owner(account, user_id), pick.id)
    return replace(pick, id="", name="", facts={SEALED: sealed})


def reveal(desk: Desk, account: Account, user_id: int, picks: Sequence[Pick]) -> tuple[Pick, ...]:
    """These picks with all their words. Raises Tampered."""
    return tuple(_revealed(desk, account, user_id, pick) for pick in picks)


def forget(picks: Sequence[Pick]) -> tuple[Pick, ...]:
    """These picks without private words: they were sent, or never will be."""
    return tuple(pick for pick in picks if SEALED not in pick.facts)


def given(desk: Desk, account: Account, user_id: int, act: Act, picks: Sequence[Pick]) -> Picks:
    """What the site is to be told for this act. Raises Tampered."""
    answers = ids_of(reveal(desk, account, user_id, picks))
    return {choice.key: answers[choice.key] for choice in act.choices if choice.key in answers}


def _revealed(desk: Desk, account: Account, user_id: int, pick: Pick) -> Pick:
    sealed = pick.facts.get(SEALED)
    if not isinstance(sealed, str):
        return pick
    words = open_words(desk.vault, _owner(account, user_id), sealed)
    return replace(pick, id=words, name=words, facts={WORDS: True})


def _owner(account: Account, user_id: int) -> RowOwner:
    return RowOwner(account.id, str(user_id), account.site)
