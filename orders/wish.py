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
    """Optional choices that make sense now. Those that narrow a list stand beside that list instead."""
    return [
        choice
        for choice in asked.choices
        if not choice.required and not choice.narrows and makes_sense(draft, choice)
    ]


def narrowing(asked: Asked, draft: Draft, choice: Choice) -> list[Choice]:
    """The choices that make this one's list shorter, and can be asked now."""
    return [one for one in asked.choices if choice.key in one.narrows and makes_sense(draft, one)]


def makes_sense(draft: Draft, choice: Choice) -> bool:
    """Whether what is picked so far lets this be picked too."""
    return all(need in draft.ids for need in choice.needs) and not is_crowded(draft, choice)


def is_crowded(draft: Draft, choice: Choice) -> bool:
    """Whether several options are picked where only one may be beside this choice."""
    keys = [pick.choice for pick in draft.picks]
    return any(keys.count(key) > 1 for key in choice.single)


def picked_of(draft: Draft, choice: Choice) -> list[Pick]:
    """What is picked there, in the order of picking."""
    return [pick for pick in draft.picks if pick.choice == choice.key]


def is_adding(draft: Draft, choice: Choice) -> bool:
    """Whether one more is asked for, beside what is picked there."""
    picked = picked_of(draft, choice)
    return choice.most > 1 and (len(picked) > 1 or (len(picked) == 1 and draft.asking == choice.key))


def with_pick(asked: Asked, draft: Draft, choice: Choice, option: Option) -> Draft:
    """This option picked; picks that depended on the old one, or make no sense beside it, are dropped.

    It is added where one more was asked for; what is picked already, or is one too many, changes nothing.
    """
    pick = Pick(choice=choice.key, id=option.id, name=option.name, facts=dict(option.facts))
    mine = picked_of(draft, choice) if is_adding(draft, choice) else []
    if len(mine) < choice.most and all(known.id != pick.id for known in mine):
        mine.append(pick)
    dropped = _dependents(asked, choice.key) | set(choice.excludes) | {choice.key}
    kept = [pick for pick in draft.picks if pick.choice not in dropped]
    order = {known.key: place for place, known in enumerate(asked.choices)}
    picks = tuple(sorted((*kept, *mine), key=lambda picked: order[picked.choice]))
    return _unquoted(_sensible(asked, draft.changed(picks=picks)))


def without_pick(asked: Asked, draft: Draft, choice: Choice, tag: str = "") -> Draft:
    """This choice open again, and all that depend on it. `tag`: of several picks only this one goes."""
    left = [pick for pick in picked_of(draft, choice) if tag and option_tag(pick.id) != tag]
    dropped = _dependents(asked, choice.key) | {choice.key}
    picks = tuple(pick for pick in draft.picks if pick.choice not in dropped or pick in left)
    return _unquoted(draft.changed(picks=picks))


def step_back(asked: Asked, draft: Draft) -> Draft | None:
    """One step towards the beginning; None: before the first choice."""
    if draft.asking is not None and not _is_first_pick(asked, draft, draft.asking):
        return _unquoted(draft)  # from an optional list, or from a further pick, back to where it was asked
    required = [pick for pick in draft.picks if asked.choice(pick.choice).required]
    if not required:
        return None
    last = required[-1]
    back = without_pick(asked, draft, asked.choice(last.choice), option_tag(last.id))
    return back.changed(asking=last.choice)


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
    """Choices whose options change with this one's pick."""
    needing = {choice.key for choice in asked.choices if key in choice.needs}
    return needing | set(asked.choice(key).narrows)


def _sensible(asked: Asked, draft: Draft) -> Draft:
    """Without picks that make no sense beside several of another choice."""
    crowded = {choice.key for choice in asked.choices if is_crowded(draft, choice)}
    return draft.changed(picks=tuple(pick for pick in draft.picks if pick.choice not in crowded))


def _is_first_pick(asked: Asked, draft: Draft, key: str) -> bool:
    choice = asked.choice(key)
    return choice.required and not picked_of(draft, choice)


def _unquoted(draft: Draft) -> Draft:
    return draft.changed(asking=None, query="", page=0, low=None, high=None, quoted_at=None, token=None)
