"""Every text stands in every language, is used, fits its place, and Telegram can parse it.

Each check is also tried on a small broken sample, so that it is known to find what it looks for.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs

import locales
from bot import commands
from handlers.texts import FALLBACK, Texts
from orders import errors as order_errors
from orders.limits import PERSONAL, SHARED, Span
from orders.share_history import Past
from providers import errors as site_errors
from providers.registry import SITES
from providers.words import (
    Choice,
    Journal,
    Rule,
    State,
)
from storage.purchases import Finding
from storage.share_log import Event
from storage.shares import GIVEN, Codes, Who
from tests import texts_kit as kit
from tests.texts_kit import Code, Language, Shape

ROOT = Path(__file__).parents[1]
FOLDERS = ("handlers", "bot", "orders")

SAMPLES: Mapping[str, str] = {
    "account": "getsms.online 2",
    "act": "♻️ Use again",
    "at": "20 Nov, 12:00 UTC",
    "balance": "$1,234.50",
    "code": "G-123456",
    "confirmed": "$0.583",
    "count": "120",
    "day": "$20.00",
    "days": "365",
    "done": "2",
    "detail": "No numbers available",
    "group": "Friends",
    "hours": "12",
    "id": "1234567890",
    "left": "$12.50",
    "mark": "⏳",
    "minutes": "15",
    "most": "512",
    "name": "getsms.online 2",
    "now": "$0.60",
    "number": "+12025550123",
    "open": "12",
    "order": "$2.00",
    "picks": "California · T-Mobile",
    "price": "$0.58 – $0.61",
    "query": "whatsapp",
    "seconds": "60",
    "service": "WhatsApp",
    "site": "getsms.online",
    "spent": "$16.00",
    "status": "Waiting",
    "text": "Your code is 123456",
    "till": "in 12 minutes",
    "title": "Team",
    "unset": "any",
    "upto": ", up to $2.00 an order and $20.00 a day",
    "url": "https://bot.example/hooks/getsms/0123456789abcdef0123456789abcdef",
    "what": "Area code",
    "who": "Boris",
    "wish": "WhatsApp, Russia, Beeline",
    "whose": "<code>+12025550123</code>",
    "why": "the site refused",
}
"""A typical value for each variable."""

COUNTS = ("count", "days", "hours", "minutes", "open", "seconds", "most")

SHAPES = (
    Shape(("button-", "act-", "line-"), 48),
    Shape(("choice-",), 20),
    Shape(("placeholder-",), 64),
    Shape(("command-",), 256),
    Shape(("bot-description",), 512),
    Shape(("toast-", "told-", "hint-", "guard-", "one-moment"), 200),
)

WHY_ENDED = ("owner", "admin", "owner-left", "bot-removed", "group-gone", "unlinked")
"""Why a share ends: each has a text in the log."""

ELSEWHERE = {"guard-not-allowed": {"id"}}
"""The guard passes its keys on from one function to another."""


def subclasses(root: type[Exception]) -> Iterator[type[Exception]]:
    for child in root.__subclasses__():
        yield child
        yield from subclasses(child)


def reasons() -> set[str]:
    """Why there was no answer: what is written where providers raise NoAnswer."""
    found = set()
    for path in (ROOT / "providers").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            given = [keyword.value for keyword in node.keywords if keyword.arg == "reason"]
            if isinstance(node.func, ast.Attribute) and node.func.attr == "fail":
                given += node.args[1:2]
            found |= {one.value for one in given if isinstance(one, ast.Constant)}
    return {reason for reason in found if isinstance(reason, str)}


def may_not() -> set[str]:
    """Why a share does not let somebody: what is written where MayNot is raised, and the rights demanded."""
    found = set()
    for path in [*(ROOT / "orders").glob("*.py"), *(ROOT / "handlers").glob("*.py")]:
        source = path.read_text(encoding="utf-8")
        for raised in re.findall(r"MayNot\((.+)\)", source):
            found |= set(re.findall(r'"([a-z][a-z-]+)"', raised))
        demanded = re.findall(r"demand\(.+, Right\.([A-Z_]+)\)", source)
        found |= {name.lower().replace("_", "-") for name in demanded}
    return found


def of_choices(choices: Sequence[Choice]) -> set[str]:
    """Keys of what is asked."""
    keys = set()
    for choice in choices:
        keys |= {f"choice-{choice.key}", f"choose-{choice.key}"}
        if choice.most > 1:
            keys |= {f"choices-{choice.key}", f"button-another-{choice.key}"}
        if choice.worded:
            keys |= {f"option-{option.id}" for option in choice.fixed}
        if not choice.required:
            keys.add(f"unset-{choice.key}")
        if choice.typed:
            keys |= {f"{word}-{choice.key}" for word in ("type", "list-or-type", "hint")}
    return keys


def of_journals(site: str, journals: Sequence[Journal]) -> set[str]:
    """Keys of what a site keeps, and of its words for it."""
    words = {f"word-{site}-{journal.key}-{word}" for journal in journals for word in journal.filters}
    return {re.sub("[^A-Za-z0-9_-]", "_", word) for word in words} | {
        f"journal-{journal.key}" for journal in journals
    }


def of_shares() -> set[str]:
    """Keys of the rules, roles and limits of a share."""
    keys = {f"{what}-who-{who.value}" for what in ("button-share", "share-choose") for who in Who}
    keys |= {f"share-now-{who.value}" for who in Who}
    keys |= {
        f"{what}-{codes.value}"
        for what in ("button-share-codes", "share-codes", "share-choose-codes")
        for codes in Codes
    }
    keys |= {f"button-share-admins-{word}" for word in ("yes", "no")}
    keys |= {f"button-share-topic-{word}" for word in ("any", "this", "other")}
    of_span = ("share-left", "share-free", "button-share-cap", "share-ask-cap")
    keys |= {f"{what}-{span.value}" for what in of_span for span in SHARED}
    keys |= {f"role-{role.value}" for role in GIVEN}
    words = ("asks", *(role.value for role in GIVEN))
    keys |= {f"{what}-{word}" for what in ("members-line", "members-mark") for word in words}
    return keys | {f"asks-answered-{word}" for word in ("buyer", "viewer", "no")}


def of_log() -> set[str]:
    """Keys of what the log of a share tells: an order, what came of it, and what happened to the share."""
    steps = {Event.REFUSED, Event.REFUNDED, Event.ACTED, Event.HANDED_OVER, Event.UNKNOWN, Event.CODE}
    told = {Event.ORDERED, Event.SHARED, Event.ASKED, Event.LEFT}
    keys = {f"log-step-{event.value}" for event in steps} | {f"log-{event.value}" for event in told}
    keys |= {f"log-changed-{what}" for what in ("who", "codes", "admins_act", "topic")}
    keys |= {f"log-who-{who.value}" for who in Who} | {f"log-codes-{codes.value}" for codes in Codes}
    keys |= {f"log-admins_act-{value}" for value in (True, False)}
    keys |= {f"log-cap-{span.value}" for span in SHARED}
    keys |= {f"log-nearly-{span.value}" for span in SHARED if span is not Span.ORDER}
    keys |= {f"log-role-{role.value}" for role in GIVEN} | {"log-role-none"}
    keys |= {f"log-step-ended-{state.value}" for state in State if not state.is_open}
    keys |= {f"log-stopped-{why}" for why in WHY_ENDED}
    return keys | {f"button-log-{past.value}" for past in Past} | {"hint-log-days"}


def made_from_data() -> set[str]:
    """Keys that the code puts together from what sites and errors declare."""
    keys = {f"rule-{rule.value}" for rule in Rule} | {f"state-{state.value}" for state in State}
    keys |= {f"finding-{finding.value}" for finding in Finding}
    keys |= {f"command-{name}" for name in (*commands.PRIVATE, *commands.GROUP)}
    for site in SITES.values():
        keys.add(f"where-{site.key}")
        for credential in site.credentials:
            keys |= {f"{word}-{credential.key}" for word in ("ask", "paste", "placeholder")}
        keys |= of_journals(site.key, site.journals)
        keys |= {f"error-not-allowed-{known}" for known in site.known_refusals.values()}
        for line in site.lines:
            keys |= {f"line-{site.key}-{line.key}", f"about-{site.key}-{line.key}"}
            keys |= of_choices(line.choices) | of_journals(site.key, line.journals)
            for act in line.acts:
                keys |= {f"act-{act.key}"} | of_choices(act.choices)
                if act.together:
                    keys.add(f"together-{act.key}")
                if act.confirm or act.confirm_twice or (act.effect.costs and not act.choices):
                    keys.add(f"ask-{act.key}")
    codes = {kind.__dict__["code"] for kind in subclasses(site_errors.SiteError)}
    keys |= {f"error-{code}" for code in codes} | {f"short-{code}" for code in codes}
    keys |= {f"error-no-answer-{reason}" for reason in reasons()} | {
        f"error-no-answer-{why}" for why in ("queue", "share-ended")
    }
    own = ("button-cap", "ask-cap", "told-over-limit")
    keys |= {f"{what}-{span.value}" for what in own for span in PERSONAL}
    keys |= {f"{what}-{span.value}" for what in ("told-over-limit-group", "quote-left") for span in SHARED}
    keys |= {f"told-may-not-{why}" for why in may_not()}
    keys |= {f"cap-left-{span.value}" for span in (Span.DAY, Span.MONTH)}
    keys.add("hint-cap")
    keys |= of_log()
    keys |= of_shares()
    # their texts are the choice's hint, the limit's, and why not
    told = set(subclasses(order_errors.Told)) - {
        order_errors.BadInput,
        order_errors.OverLimit,
        order_errors.MayNot,
    }
    return keys | {f"told-{kind.__dict__['code']}" for kind in told}


@pytest.fixture(scope="module")
def code() -> Code:
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return kit.scan({str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths})


@pytest.fixture(scope="module", params=locales.LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def messages_of(language: str) -> Language:
    return kit.read(locales.sources(language))[0]


# The real texts.


def test_there_are_two_languages_at_least() -> None:
    assert {"en", "ru"} <= set(locales.LANGUAGES)


def test_every_file_is_fluent(language: str) -> None:
    assert kit.read(locales.sources(language))[1] == []


def test_every_language_says_the_same_things_with_the_same_variables_and_tags(language: str) -> None:
    assert kit.compare(messages_of(FALLBACK), messages_of(language), SAMPLES) == []


def test_every_text_that_is_asked_for_is_there(language: str, code: Code) -> None:
    assert kit.missing(messages_of(language), code, made_from_data()) == []


def test_every_text_is_asked_for(language: str, code: Code) -> None:
    assert kit.unused(messages_of(language), code, made_from_data()) == []


def test_every_variable_is_passed(language: str, code: Code) -> None:
    assert kit.unpassed(messages_of(language), code, ELSEWHERE) == []


def test_every_count_has_the_forms_of_its_language(language: str) -> None:
    assert kit.plural_problems(language, messages_of(language)) == []


def test_telegram_can_parse_every_text(language: str) -> None:
    assert kit.html_problems(messages_of(language), SAMPLES) == []


def test_texts_fit_their_places(language: str, code: Code) -> None:
    messages = messages_of(language)
    plain = {key for call in code.calls if call.plain for key in call.keys}
    assert kit.shape_problems(messages, SHAPES, SAMPLES, plain) == []


def test_every_text_can_be_formatted(language: str) -> None:
    with capture_logs() as logs:
        for key in messages_of(language):
            for count in (0, 1, 2, 5, 11, 21, 22, 25, 1.5):
                assert Texts(language)(key, **{**SAMPLES, **dict.fromkeys(COUNTS, count)})
    assert logs == []


# The checks on broken samples.


def sample(*lines: str) -> Language:
    messages, problems = kit.read(["\n".join(lines) + "\n"])
    assert problems == []
    return messages


ENGLISH = sample("hello = Hello <b>{ $name }</b>", "bye = Bye")


def test_junk_is_found() -> None:
    assert kit.read(["good = Good\nbad key = Bad\n"])[1] == ["not Fluent: bad key = Bad"]
    assert kit.read(["a = { $b\n"])[1] != []
    assert kit.read(["a = A\n", "a = B\n"])[1] == ["a: twice"]
    assert kit.read(["a = A\n    .title = T\n"])[1] == ["a: has attributes, or no text"]
    assert kit.read(["-brand = Pinbell\n"])[1] == ["brand: a term, which nobody here uses"]


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        (["hello = Привет <b>{ $name }</b>"], "bye: missing"),
        (["hello = Привет <b>{ $name }</b>", "bye = Пока", "more = Ещё"], "more: surplus"),
        (["hello = Привет <b>{ $nmae }</b>", "bye = Пока"], "hello: variables ['nmae'], should be ['name']"),
        (["hello = Привет <b>всем</b>", "bye = Пока"], "hello: variables [], should be ['name']"),
        (["hello = Привет { $name }", "bye = Пока"], "hello: other HTML tags"),
        (["hello = Привет <i>{ $name }</i>", "bye = Пока"], "hello: other HTML tags"),
    ],
)
def test_a_language_that_differs_is_found(other: list[str], problem: str) -> None:
    assert kit.compare(ENGLISH, sample(*other), {"name": "Ada"}) == [problem]


def test_a_translation_passes() -> None:
    other = sample("hello = Привет <b>{ $name }</b>", "bye = Пока")
    assert kit.compare(ENGLISH, other, {"name": "Ada"}) == []


def test_other_counts_of_plural_forms_are_no_difference() -> None:
    english = sample("n = { $count ->\n [one] <b>{ $count }</b> day\n *[other] <b>{ $count }</b> days\n }")
    russian = sample(
        "n = { $count ->\n [one] <b>{ $count }</b> день\n [few] <b>{ $count }</b> дня\n"
        " [many] <b>{ $count }</b> дней\n *[other] <b>{ $count }</b> дня\n }"
    )
    assert kit.compare(english, russian, {"count": "2"}) == []


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('t("nothing")', "nothing: no text, x.py:1"),
        ('self.t.plain("nothing")', "nothing: no text, x.py:1"),
        ('t("hello" if a else "nothing", name=1)', "nothing: no text, x.py:1"),
        ('def f():\n    key = "nothing"\n    return t(key)', "nothing: no text, x.py:3"),
        ('t(f"rule-{rule}")', "rule\\-.+: no text at all, x.py:1"),
        ('Letter(args={"text": "nothing"})', "nothing: no text, x.py:1"),
    ],
)
def test_a_text_that_is_asked_for_and_not_there_is_found(source: str, problem: str) -> None:
    assert kit.missing(ENGLISH, kit.scan({"x.py": source}), []) == [problem]


def test_a_text_made_from_data_that_is_not_there_is_found() -> None:
    assert kit.missing(ENGLISH, Code(), ["rule-new"]) == ["rule-new: no text, made from data"]


def test_a_text_that_nobody_asks_for_is_found() -> None:
    code = kit.scan({"x.py": 'def f():\n    """bye"""\n    t("hello")'})
    assert kit.unused(ENGLISH, code, []) == ["bye"]  # a docstring is no use
    assert kit.unused(ENGLISH, code, ["bye"]) == []


@pytest.mark.parametrize(
    ("source", "problems"),
    [
        ('t("hello", name=1)', []),
        ('t("hello", nmae=1)', ["hello: $name is not passed"]),
        ('t("hello", name=1); t.plain("hello")', ["hello: $name is not passed"]),
        ('t(f"hel{x}", name=1)', []),
        ('t(f"hel{x}")', ["hello: $name is not passed"]),
        ('t(f"hel{x}", name=1); t(f"he{x}")', []),  # which of the two is meant can't be known
        ('Letter(args={"text": "hello", "name": 1})', []),
        ('Letter(args={"text": "hello"})', ["hello: $name is not passed"]),
        ('refusal = pick("hello")', ["hello: $name is not passed"]),
    ],
)
def test_a_variable_that_is_not_passed_is_found(source: str, problems: list[str]) -> None:
    assert kit.unpassed(ENGLISH, kit.scan({"x.py": source}), {}) == problems


def test_a_missing_plural_form_is_found() -> None:
    two = sample("n = { $count ->\n [one] день\n *[other] дней\n }")
    assert kit.plural_problems("en", two) == []
    assert kit.plural_problems("ru", two) != []
    assert kit.plural_problems("en", sample("n = { $count ->\n [few] x\n *[other] y\n }")) != []
    assert kit.plural_problems("en", sample("n = { $count ->\n [ohne] x\n *[other] y\n }")) != []
    assert kit.plural_problems("ru", sample("n = { $count ->\n [0] нет\n *[other] есть\n }")) == []


@pytest.mark.parametrize(
    "text",
    ["<b>bold", "bold</b>", "<b><i>x</b></i>", "<p>x</p>", "<br>", "1 < 2", "you & me", "<a href=x y>"],
)
def test_html_that_telegram_refuses_is_found(text: str) -> None:
    assert kit.html_problems(sample(f"a = {text}"), {}) != []


def test_html_is_looked_at_in_every_variant() -> None:
    broken = sample("n = { $count ->\n [one] <b>x</b>\n *[other] <b>y\n }")
    assert len(kit.html_problems(broken, {})) == 1


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("button-a = Buy", False),
        ("button-a = <b>Buy</b>", True),
        ("button-a = " + "x" * 49, True),
        ("button-a = " + "x" * 45 + " &amp; y", True),
        ("button-a = " + "x" * 44 + " &amp; y", False),
        ("button-a = Buy for { $price }, which is now a bit longer than fits", True),
        ("toast-a = " + "x" * 201, True),
        ("told-a = <i>no</i>", True),
        ("placeholder-a = " + "x" * 65, True),
        ("other = <b>" + "x" * 300 + "</b>", False),
        ("shown-plain = <b>x</b>", True),
    ],
)
def test_texts_that_do_not_fit_are_found(line: str, found: bool) -> None:
    problems = kit.shape_problems(sample(line), SHAPES, SAMPLES, ["shown-plain"])
    assert bool(problems) is found
