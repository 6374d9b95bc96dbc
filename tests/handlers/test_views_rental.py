"""Rented numbers, their settings and journals as views: every state, every site, strangers' words."""

from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from handlers.callbacks import JournalButton, JournalOf, OrderButton, OrderDo
from handlers.texts import Texts, texts_for
from handlers.views import card as card_views
from handlers.views import journal as journal_views
from handlers.views import rental as views
from handlers.views.card import CardFacts
from handlers.views.journal import Known, Place
from providers.site import Record, Seen, Sheet, Site
from providers.words import Journal, Line, State
from tests.handlers.views_kit import (
    HOSTILE,
    LANGUAGES,
    NOW,
    SITES,
    account,
    buttons,
    check,
    labelled,
    no_text_is_missing,  # noqa: F401 - a fixture
    order,
    orders,
    picks,
    pressed,
    shown,
)

RENTALS = [
    pytest.param(site, line, id=f"{site.key}-{line.key}")
    for site in SITES.values()
    for line in site.lines
    if line.rental
]
JOURNALS = [
    pytest.param(site, journal, id=f"{site.key}-{journal.key}")
    for site in SITES.values()
    for journal in (*site.journals, *(own for line in site.lines for own in line.journals))
]
KNOWN = {"auto_renew": True, "renew_price": "1.50", "can_wake_up": False, "voicemail": True, "can_call": True}


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Texts:
    return texts_for(request.param)


def facts(site: Site, line: Line, state: State = State.WAITING, **more: Any) -> CardFacts:
    acts = [act for act in line.acts if state in act.when]
    return CardFacts(site=site, account_name="<Ada>", acts=acts, messages=(), **more)


# Cards


@pytest.mark.parametrize(("site", "line"), RENTALS)
@pytest.mark.parametrize("state", State)
def test_every_rental_has_a_card_settings_and_a_letter(
    t: Texts, site: Site, line: Line, state: State
) -> None:
    for known, name in product(({}, KNOWN, {**KNOWN, "auto_renew": False}), ("", *HOSTILE)):
        one = order(state, site=site.key, line=line.key, picks=(), facts={**known, "friendly_name": name})
        everything = facts(site, line, state)
        check(card_views.card(t, one, everything))
        check(views.settings(t, one, everything))
        check(views.ending(t, one, everything))
        check(views.ended(t, one, everything))
        for act in line.acts:
            if act.confirm_twice:
                check(card_views.ask_twice(t, one, act, everything))


@pytest.mark.parametrize(("site", "line"), RENTALS)
def test_what_is_tucked_stands_in_the_settings_alone(t: Texts, site: Site, line: Line) -> None:
    one = order(site=site.key, line=line.key, facts=KNOWN)
    on_card, tucked = (
        {data.arg.partition(".")[0] for raw in pressed(view) if raw.startswith("o:")
         and (data := OrderButton.unpack(raw)).do in {OrderDo.ACT, OrderDo.SWITCH}}
        for view in (card_views.card(t, one, facts(site, line)), views.settings(t, one, facts(site, line)))
    )  # fmt: skip
    assert on_card == {act.key for act in line.acts if State.WAITING in act.when and not act.tucked}
    assert tucked == {act.key for act in line.acts if State.WAITING in act.when and act.tucked}


def test_renewal_price_and_end_are_told(t: Texts) -> None:
    gsim = SITES["gsim"]
    everything = facts(gsim, gsim.line("rentals"))
    one = order(site="gsim", line="rentals", facts=KNOWN)
    assert t.money(Decimal("1.50")) in shown(card_views.card(t, one, everything))
    ending = replace(one, facts={**KNOWN, "auto_renew": False})
    text = shown(card_views.card(t, ending, everything))
    assert t.money(Decimal("1.50")) not in text
    assert 'format="r"' in card_views.card(t, ending, everything).text


def test_a_switch_whose_stand_is_not_known_is_not_offered(t: Texts) -> None:
    gsim = SITES["gsim"]
    view = card_views.card(t, order(site="gsim", line="rentals"), facts(gsim, gsim.line("rentals")))
    assert not any("auto_renew" in data for data in pressed(view))


@pytest.mark.parametrize(
    ("wake", "online", "words"),
    [(0, 0, ("card-asleep",)), (NOW + 60, NOW + 900, ("card-waking", "card-online")),
     (NOW - 60, NOW + 900, ("card-online",)), (NOW - 900, NOW - 60, ("card-asleep",))],
)  # fmt: skip
def test_asleep_waking_awake(t: Texts, wake: int, online: int, words: tuple[str, ...]) -> None:
    gotsms = SITES["gotsms"]
    known = {"can_wake_up": not online, "wake_till": wake, "online_till": online}
    one = order(site="gotsms", line="numbers", facts={key: one for key, one in known.items() if one != 0})
    one = replace(one, facts={**one.facts, "can_wake_up": not online})
    view = card_views.card(t, one, facts(gotsms, gotsms.line("numbers"), now=NOW))
    expected = {"card-asleep": t("card-asleep"), "card-waking": t("card-waking", till=t.clock(wake)),
                "card-online": t("card-online", till=t.clock(online))}  # fmt: skip
    assert {key for key, text in expected.items() if text in view.text} == set(words)


# Lists


@pytest.mark.parametrize("count", [0, 1, 9, 100])
def test_lists_of_rentals(t: Texts, count: int) -> None:
    mine = [replace(one, facts={"auto_renew": True}, ended_at=NOW) for one in orders(count)]
    for page in (0, 1, 99):
        check(views.rentals(t, mine, SITES, past=count, page=page))
    check(views.past_rentals(t, mine[:8], SITES, page=0, total=count))
    offers = [(account(name=HOSTILE[number % len(HOSTILE)][:30], id=f"{number:016x}", site=site.key), line)
              for number in range(count) for site in SITES.values() for line in site.lines
              if line.rental]  # fmt: skip
    if offers:
        check(views.choose_line(t, offers, SITES))
    check(views.nowhere_to_rent(t, list(SITES.values())))


def test_a_rentals_button_says_when_it_ends_or_renews(t: Texts) -> None:
    for known, mark in (({"auto_renew": True}, "↻"), ({}, "·")):
        one = order(picks=picks(service="WhatsApp"), expires_at=NOW + 30 * 86_400, facts=known)
        button = labelled(views.rentals(t, [one], SITES, past=0), "WhatsApp")
        assert t.day(NOW + 30 * 86_400) in button.text.rpartition(mark)[2]


# Journals


def place(site: Site, journal: Journal, **more: Any) -> Place:
    whose = texts_for("en")("journal-number", number="+1")
    return Place(of=JournalOf.ACCOUNT, id="a" * 16, site=site, whose=whose, journal=journal, **more)


def records(site: Site, count: int, text: str) -> list[Record]:
    return [
        Record(
            id=f"record-{number}", at=NOW, word=text[:40], text=text * 3, number=text[:60],
            outbound=(None, True, False)[number % 3], amount=Decimal("0.583"), seconds=number,
            line=site.lines[0].key,
            seen=Seen(id=str(number), state=State.WAITING, picks={"service": text[:80]}, number=text[:40]),
        )
        for number in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(("site", "journal"), JOURNALS)
def test_every_journal(t: Texts, site: Site, journal: Journal) -> None:
    for word, count, page in product(("", *journal.filters[:2]), (0, 1, 50), (0, 3)):
        where = place(site, journal, word=word, page=page, others=site.journals)
        where = replace(where, others=[one for one in site.journals if one.key != journal.key])
        page_of = Known(sheet=Sheet(records=tuple(records(site, count, "Hello")), has_more=True))
        view = check(journal_views.journal(t, where, page_of))
        tags = {JournalButton.unpack(data).word for data in pressed(view) if data.startswith("j:")}
        assert len(tags) >= len(journal.filters)
        check(journal_views.no_journal(t, where, t("nothing-spent")))


@pytest.mark.parametrize("text", HOSTILE)
def test_strangers_words_in_a_journal_are_text(t: Texts, text: str) -> None:
    site = SITES["gsim"]
    found = records(site, 50, text)
    for part in (0, 3, 99):
        known = Known(sheet=Sheet(records=tuple(found)), adoptable={one.id for one in found})
        check(journal_views.journal(t, place(site, site.journals[0], part=part), known))


def test_a_long_page_of_a_site_is_shown_in_parts(t: Texts) -> None:
    site = SITES["gsim"]
    known = Known(sheet=Sheet(records=tuple(records(site, 20, "Hello")), has_more=True))

    def steps(part: int, page: int = 1) -> dict[str, tuple[int, int]]:
        view = journal_views.journal(t, place(site, site.journals[0], page=page, part=part), known)
        data = {one.text: JournalButton.unpack(one.callback_data or "")
                for one in buttons(view) if one.text in {"‹", "›"}}  # fmt: skip
        return {mark: (one.page, one.part) for mark, one in data.items()}

    assert steps(0) == {"‹": (0, journal_views.LAST), "›": (1, 1)}
    assert steps(1) == {"‹": (1, 0), "›": (1, 2)}
    assert steps(2) == steps(journal_views.LAST) == {"‹": (1, 1), "›": (2, 0)}
    assert steps(0, page=0) == {"›": (0, 1)}
