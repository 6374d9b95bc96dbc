"""The wish, choice by choice. Pure rules: a draft in, a draft out."""

import base64
import hashlib

from orders.errors import BadInput
from providers.words import Asked, Choice, Option
from storage.drafts import Draft, Pick


def option_tag(option_id: str) -> str:
    """An option's id as it stands in a button: ids may be longer than a button holds."""
    return base64.urlsafe_b64encode(hashlib.blake2s(option_id.encode(), digest_size=6).digest()).decode()


def next_required(asked: Asked, draft: Draft) -> Choice | None:
    """The first required choice still open; None: the wish can be quoted."""
    picked = {pick.choice for pick in draft.picks}
    return next((choice for choice in asked.choices if choice.required and choice.key not in picked), None)


def askable(asked: Asked, draft: Draft) -> list[Choice]:
    """Optional choices that make sense now."""
    picked = draft.ids
    return [
        choice
        for choice in asked.choices
        if not choice.required and all(need in picked for need in choice.needs)
    ]


def with_pick(asked: Asked, draft: Draft, choice: Choice, option: Option) -> Draft:
    """This option picked; picks that depended on the old one, or make no sense beside it, are dropped."""
    dropped = _dependents(asked, choice.key) | set(choice.excludes) | {choice.key}
    kept = tuple(pick for pick in draft.picks if pick.choice not in dropped)
    pick = Pick(choice=choice.key, id=option.id, name=option.name, facts=dict(option.facts))
    order = {known.key: place for place, known in enumerate(asked.choices)}
    picks = tuple(sorted((*kept, pick), key=lambda picked: order[picked.choice]))
    return _unquoted(draft.changed(picks=picks))


def without_pick(asked: Asked, draft: Draft, choice: Choice) -> Draft:
    """This choice open again, and all that depend on it."""
    dropped = _dependents(asked, choice.key) | {choice.key}
    return _unquoted(draft.changed(picks=tuple(pick for pick in draft.picks if pick.choice not in dropped)))


def step_back(asked: Asked, draft: Draft) -> Draft | None:
    """One step towards the beginning; None: before the first choice."""
    if draft.asking is not None and not _is_required(asked, draft.asking):
        return _unquoted(draft)  # from an optional list back to the quote
    required = [pick.choice for pick in draft.picks if _is_required(asked, pick.choice)]
    if not required:
        return None
    back = without_pick(asked, draft, asked.choice(required[-1]))
    return back.changed(asking=required[-1])


def typed_option(choice: Choice, text: str) -> Option:
    """What somebody typed, as an option. Raises BadInput."""
    cleaned = text.strip()
    if not choice.accepts(cleaned):
        raise BadInput(choice.key)
    return Option(id=cleaned, name=cleaned)


def asking(draft: Draft, choice: str | None) -> Draft:
    """This draft with that choice's list open from its first page."""
    return draft.changed(asking=choice, query="", page=0)


def _dependents(asked: Asked, key: str) -> set[str]:
    return {choice.key for choice in asked.choices if key in choice.needs}


def _is_required(asked: Asked, key: str) -> bool:
    return asked.choice(key).required


def _unquoted(draft: Draft) -> Draft:
    return draft.changed(asking=None, query="", page=0, low=None, high=None, quoted_at=None, token=None)
