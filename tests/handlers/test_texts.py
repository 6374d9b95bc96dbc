"""Texts: escaping, money, plural forms, strangers' words, languages that lack a text."""

import re
from decimal import Decimal

import pytest
from fluent.runtime import FluentBundle, FluentResource
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

import locales
from handlers import texts
from handlers.phrases import Phrases
from handlers.texts import Html, Texts, clean, clean_name, given_name, language_of, texts_for
from sandbox.telegram import html
from tests import texts_kit as kit

EN, RU = texts_for("en"), texts_for("ru")

TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


# Escaping.


def test_arguments_are_escaped() -> None:
    assert EN("crumb-site", site="<b>&") == "📍 <b>&lt;b&gt;&amp;</b>"


def test_html_is_not_escaped_again() -> None:
    inner = EN("account-name-at", name="<Ada>", site="GearSMS")
    assert EN("balance-line", name=inner, balance="$1.00") == "&lt;Ada&gt; <i>(GearSMS)</i>: <b>$1.00</b>"


def test_plain_texts_know_no_html() -> None:
    assert EN.plain("button-optional", what="AT&T <x>", unset="any") == "AT&T <x>: any"
    assert EN.plain("button-optional", what="&lt;", unset="any") == "&lt;: any"


def test_an_argument_is_no_fluent() -> None:
    assert EN("crumb-site", site="{ $site }") == "📍 <b>{ $site }</b>"


def test_an_argument_stays_on_its_line_and_turns_nothing_around() -> None:
    assert EN("crumb-site", site="a\nb\u202ec\ud800") == "📍 <b>a bc</b>"


@given(st.text())
def test_any_argument_makes_html_that_telegram_parses(value: str) -> None:
    text, entities = html.parse(EN("crumb-site", site=value))
    assert text.startswith("📍 ")
    assert {entity["type"] for entity in entities} <= {"bold"}


# Lines and blocks.


def test_empty_lines_and_blocks_are_left_out() -> None:
    assert EN.lines(["a", "", Html("<b>b</b>")]) == "a\n<b>b</b>"
    assert EN.blocks(["a", "", "b"]) == "a\n\nb"
    assert isinstance(EN.lines(["a"]), Html)


# Money and numbers.


@pytest.mark.parametrize(
    ("amount", "english", "russian"),
    [
        ("0.583", "$0.583", "0,583 $"),
        ("0.5", "$0.50", "0,50 $"),
        ("0", "$0.00", "0,00 $"),
        ("0E-8", "$0.00", "0,00 $"),
        ("12", "$12.00", "12,00 $"),
        ("1E+3", "$1,000.00", "1 000,00 $"),
        ("1234567.5", "$1,234,567.50", "1 234 567,50 $"),
        ("0.12345", "$0.1234", "0,1234 $"),
        ("0.7500", "$0.75", "0,75 $"),
        ("-3", "-$3.00", "-3,00 $"),
        ("-0.00001", "$0.00", "0,00 $"),
    ],
)
def test_money(amount: str, english: str, russian: str) -> None:
    assert EN.money(Decimal(amount)) == english
    assert RU.money(Decimal(amount)).replace("\u00a0", " ") == russian
    assert " " not in RU.money(Decimal(amount))  # an amount is never broken over two lines


def test_a_price_or_its_bounds() -> None:
    assert EN.prices(Decimal("0.5"), Decimal("0.50")) == "$0.50"
    assert EN.prices(Decimal("0.5"), Decimal("0.583")) == "$0.50 – $0.583"


def test_numbers_are_grouped() -> None:
    assert EN.number(12345) == "12,345"
    assert RU.number(12345) == "12\u00a0345"


# Plural forms.


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [
        (1, "1 day", "1 день"),
        (2, "2 days", "2 дня"),
        (5, "5 days", "5 дней"),
        (11, "11 days", "11 дней"),
        (12, "12 days", "12 дней"),
        (21, "21 days", "21 день"),
        (22, "22 days", "22 дня"),
        (90, "90 days", "90 дней"),
        (111, "111 days", "111 дней"),
    ],
)
def test_plural_forms(count: int, english: str, russian: str) -> None:
    assert EN.plain("button-keep-days", days=count) == english
    assert RU.plain("button-keep-days", days=count) == russian


def test_zero_has_words_of_its_own() -> None:
    assert "in a minute" in EN("error-rate-limited", site="gsim.io", seconds=0)
    assert "через минуту" in RU("error-rate-limited", site="gsim.io", seconds=0)


# Moments.


def test_moments_are_drawn_by_the_client() -> None:
    assert EN.clock(86_400) == '<tg-time unix="86400" format="r">2 Jan, 00:00 UTC</tg-time>'
    for moment in (EN.clock(1_795_132_800), RU.clock(1_795_132_800), EN.date(1), RU.date(1)):
        _, entities = html.parse(moment)
        assert [entity["type"] for entity in entities] == ["date_time"]


# Strangers' words.


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  123456 ", "123456"),
        ("\u202e654321\u202c", "654321"),
        ("12\u200b34\u200e5\u206669", "1234569"),
        ("one\r\ntwo", "one\ntwo"),
        ("one\n\n\n\n\ntwo", "one\n\ntwo"),
        ("\x00\x1b[31mred", "[31mred"),
        ("half \ud800 pair", "half  pair"),
        ("سلام دنیا", "سلام دنیا"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("می‌خواهم", "می‌خواهم"),
        ("\u2066\u2069\ufeff", ""),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text, 100) == cleaned


def test_clean_cuts() -> None:
    assert clean("x" * 10, 10) == "x" * 10
    assert clean("x" * 11, 10) == "x" * 9 + "…"
    assert clean("12345678 1", 9) == "12345678…"
    assert clean("1234567  90", 10) == "1234567…"


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_what_is_clean_can_be_sent_and_turns_nothing(text: str, limit: int) -> None:
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    assert not TURNING.search(cleaned)
    cleaned.encode()


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_a_name_is_one_line(text: str, limit: int) -> None:
    name = clean_name(text, limit)
    assert len(name) <= limit
    assert len(name.splitlines()) <= 1


# Languages.


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("en", "en"),
        ("ru", "ru"),
        ("RU", "ru"),
        ("ru-RU", "ru"),
        ("en-gb", "en"),
        ("pt-br", "ru"),
        (None, "ru"),
        ("", "ru"),
    ],
)
def test_the_language_of_a_client(code: str | None, language: str) -> None:
    assert language_of(code, "ru") == language


def test_a_language_without_texts_is_the_fallback() -> None:
    assert texts_for("xx").language == "en"
    assert texts_for("../en").language == "en"


@pytest.fixture
def half_translated(monkeypatch: pytest.MonkeyPatch) -> Texts:
    """A Russian of which one text alone is there."""
    whole = locales.sources
    monkeypatch.setattr(
        locales, "sources", lambda language: whole("en") if language == "en" else ["button-back = Назад\n"]
    )
    monkeypatch.setattr(texts, "_phrases", Phrases)
    return Texts("ru")


def test_a_text_that_a_language_lacks_is_taken_from_english_and_only_that(half_translated: Texts) -> None:
    assert half_translated("button-back") == "Назад"
    assert half_translated("button-menu") == "☰ Menu"
    assert half_translated.has("button-menu")


@pytest.mark.parametrize("language", locales.LANGUAGES)
def test_each_text_read_alone_says_what_it_says_among_all_others(language: str) -> None:
    """Fluent reads whole files; here each text is cut out of them and parsed when it is asked for."""
    whole, alone = FluentBundle([language], use_isolating=False), Phrases(language)
    for source in locales.sources(language):
        whole.add_resource(FluentResource(source))
    messages, _ = kit.read(locales.sources(language))
    for key, message in messages.items():
        pattern = whole.get_message(key).value
        assert pattern is not None
        for count in (1, 2, 5):
            values = dict.fromkeys(kit.variables(message), count)
            assert alone.text(key, values) == whole.format_pattern(pattern, values), key


def test_texts_of_several_lines_end_where_the_next_one_or_a_comment_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = "# Of one.\none = 1\n    2\n\n    3\n\n"
    two = "# Of two.\n\ntwo = { $n ->\n    [one] a\n   *[other] b\n}\nno text\nkey =\n"
    monkeypatch.setattr(locales, "sources", lambda _language: [one, two])
    phrases = Phrases("en")
    assert phrases.text("one", {}) == ("1\n2\n\n3", [])
    assert [phrases.text("two", {"n": n}) for n in (1, 2)] == [("a", []), ("b", [])]
    assert [phrases.text(key, {}) for key in ("three", "no", "key", "Of")] == [None] * 4


def test_a_key_without_any_text_is_logged_and_shown_escaped() -> None:
    with capture_logs() as logs:
        assert EN("no-such<key>") == "no-such&lt;key&gt;"
    assert [log["event"] for log in logs] == ["text missing"]
    assert not EN.has("no-such<key>")


def test_a_text_that_lacks_an_argument_is_logged() -> None:
    with capture_logs() as logs:
        EN("crumb-site")
    assert [log["event"] for log in logs] == ["text has errors"]


def test_every_language_names_itself() -> None:
    names = {language: texts_for(language).plain("language-name") for language in locales.LANGUAGES}
    assert names == {"en": "English", "ru": "Русский"}


# What people call themselves.


@pytest.mark.parametrize(
    "name", ["@durov", "pay at evil.example/now", "https://evil.example", "/share@pinbell_bot", "#x", "$USD"]
)
def test_a_persons_name_is_no_link_mention_or_command(name: str) -> None:
    """It looks as it was given; clients find nothing in it to press, and call nobody."""
    shown = given_name(name)
    assert shown.replace("\u200c", "") == name
    assert len(given_name(name * 9, 24)) <= 24
    assert not re.search(r"[@/#$.:]\w", EN("card-for", name=shown))


@pytest.mark.parametrize("name", ["Anna", "J. R. Müller", "Борис :)", "O'Neil", "50 % @ home", "👩\u200d🚀"])
def test_other_names_stay_as_they_are(name: str) -> None:
    assert given_name(name) == name
