"""What is typed is found: in any script, by any name, misspelt, on the wrong keyboard, best first."""

import json
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.search import MOST_ALIKE, search
from providers.catalog import meant, read
from providers.words import Option

DATA = Path(__file__).parents[2] / "sandbox" / "sites" / "data"


def listed(file: str, key: str, id_key: str = "name") -> list[Option]:
    rows = json.loads((DATA / f"{file}.json").read_text(encoding="utf-8"))[key]
    return [
        Option(id=str(row[id_key]), name=row["name"], iso=row.get("iso") or row.get("short_name"))
        for row in rows
    ]


SERVICES = {
    "gearsms": listed("gearsms", "s2"),
    "gsim": listed("gsim", "services", "id"),
    "smsgig": listed("smsgig", "services", "service_code"),
    "getsms": listed("getsms", "services"),
    "gotsms": listed("gotsms", "services", "id"),
}
COUNTRIES = {"gearsms": listed("gearsms", "countries", "ID"), "gsim": listed("gsim", "countries", "id")}

OPTIONS = [
    Option(id="wa", name="WhatsApp"),
    Option(id="tg", name="Telegram"),
    Option(id="vk", name="ВКонтакте"),
    Option(id="od", name="Одноклассники"),
    Option(id="mm", name="M&M's <shop>"),
    Option(id="ab", name="Any other"),
    Option(id="A1", name="airbnb"),
    Option(id="A2", name="AirBnB"),
    Option(id="us", name="United States", iso="US"),
    Option(id="212", name="212", note="New York"),
    Option(id="7", name="Seven"),
    Option(id="smile", name="🙂🙃"),
    Option(id="long", name="The very long name of a service that nobody remembers in full"),
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("whatsapp", ["wa"]),
        ("  WHATSAPP ", ["wa"]),
        ("tele", ["tg"]),
        ("вконт", ["vk"]),
        ("ОДНО", ["od"]),
        ("m&m", ["mm"]),
        ("<shop>", ["mm"]),
        ("airbnb", ["A1", "A2"]),
        ("us", ["us"]),
        ("states", ["us"]),
        ("york", []),
        ("new york", ["212"]),
        ("212", ["212"]),
        ("remembers", ["long"]),
        ("full service", ["long"]),
        ("whatsap", ["wa"]),
        ("watsapp", ["wa"]),
        ("telegrm", ["tg"]),
        ("вкантакте", ["vk"]),
        ("vkontakte", ["vk"]),
        ("7", []),  # a number that is an id means nothing to anybody
        ("qqqqqqqq", []),
        ("🙃", ["smile"]),
        ("🚀", []),
        ("***", []),
        ("x" * 10_000, []),
        ("", [option.id for option in OPTIONS]),
        ("   ", [option.id for option in OPTIONS]),
    ],
)
def test_what_is_typed_is_found(typed: str, found: list[str]) -> None:
    assert [option.id for option in search(OPTIONS, typed)] == found


def test_the_best_fit_comes_first() -> None:
    options = [Option(id=name, name=name) for name in ("inline", "my line", "liner", "line")]
    assert [option.id for option in search(options, "line")] == ["line", "liner", "my line", "inline"]


def test_one_or_two_letters_are_looked_for_inside_a_name_only_if_none_begins_so() -> None:
    options = [Option(id=name, name=name) for name in ("Abcd", "Best", "Taxi Box")]
    assert [option.id for option in search(options, "b")] == ["Best", "Taxi Box"]
    assert [option.id for option in search(options, "cd")] == ["Abcd"]


# Services: whatever it is typed as, at every site that sells it.

TYPED = {
    "WhatsApp": [
        "вотсап",
        "ватсап",
        "ватсапп",
        "вотцап",
        "wats",
        "whatsap",
        "wa",
        "واتساب",
        "ワッツアップ",
        "djncfg",
    ],
    "Telegram": [
        "телеграм",
        "телега",
        "telegarm",
        "telegrma",
        "тг",
        "tg",
        "电报",
        "텔레그램",
        "ntktuhfv",
        "еудупкфь",
    ],
    "Google": ["гугл", "gmail", "гмейл", "谷歌", "グーグル", "구글", "جوجل", "googel", "gogle"],
    "WeChat": ["微信", "weixin", "вичат", "wechet"],
    "Instagram": ["инста", "инстаграмм", "insta", "ig", "instgram", "instagarm"],
    "Facebook": ["fb", "фейсбук", "фб", "脸书", "facebok"],
    "Twitter / X": ["x", "твиттер", "twitter", "twiter"],
    "OpenAI": ["chatgpt", "чатгпт", "gpt", "опенаи", "chat gpt"],
    "Tinder": ["тиндер", "tindr", "nbylth"],
    "TikTok": ["тик ток", "тикток", "tik tok", "tiktoc"],
    "Uber": ["убер", "ubr", "优步"],
    "KakaoTalk": ["카카오톡", "какао", "kakao"],
    "LINE": ["ライン", "лайн"],
    "American Express": ["amex", "amercan express", "american"],
    "Bank of America": ["bank america", "bofa", "america bank"],
    "Yandex": ["яндекс", "yandeks", "zyltrc"],
    "AliExpress": ["али", "алиэкспресс", "速卖通", "aliexpres"],
}


@pytest.mark.parametrize("name", TYPED)
def test_a_service_is_found_by_whatever_people_type(name: str) -> None:
    for site, options in SERVICES.items():
        sold = {option.name.casefold() for option in options}
        for typed in TYPED[name] if name.casefold() in sold else []:
            found = [option.name.casefold() for option in search(options, typed)]
            assert found[:1] == [name.casefold()], (site, typed, found[:5])


def test_each_of_them_is_sold_somewhere() -> None:
    sold = {option.name for options in SERVICES.values() for option in options}
    assert set(TYPED) <= sold


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("google", ["Google", "Google Voice"]),
        ("uber", ["Uber", "Uber Eats"]),
        ("вк", ["VK", "ВКонтакте"]),
        ("микрософт", ["Microsoft"]),
        ("амазон", ["Amazon"]),
        ("aws", ["AWS"]),
        ("family walmart", ["Walmart Family Mobile"]),
        ("h&m", ["H&M"]),
        ("disney plus", ["Disney+"]),
        ("us bank", ["U.S. Bank"]),
    ],
)
def test_what_is_meant_most_comes_first(typed: str, first: list[str]) -> None:
    assert [option.name for option in search(SERVICES["gearsms"], typed)][: len(first)] == first


@pytest.mark.parametrize("site", SERVICES)
def test_every_service_is_found_by_its_own_name(site: str) -> None:
    for option in SERVICES[site]:
        found = search(SERVICES[site], option.name)
        assert option in found[:3], option.name


@pytest.mark.parametrize("typed", ["qqqqqqqq", "zzzz xxxx", "фывапролд", "гугол плюс минус", "ъъъ", "zq"])
def test_nonsense_finds_nothing(typed: str) -> None:
    assert search(SERVICES["gotsms"], typed) == []


def test_a_service_that_a_site_lacks_is_no_other_one() -> None:
    sold = [option for option in SERVICES["gearsms"] if option.name != "YouTube"]
    assert search(sold, "ютуб") == []


# Countries.


@pytest.mark.parametrize("site", COUNTRIES)
@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("Germany", "DE"), ("Германия", "DE"), ("гермния", "DE"), ("germny", "DE"), ("de", "DE"),
        ("+44", "GB"), ("44", "GB"), ("England", "GB"), ("англия", "GB"), ("uk", "GB"), ("gb", "GB"),
        ("USA", "US"), ("сша", "US"), ("америка", "US"), ("+1", "US"),
        ("+7", "RU"), ("7", "RU"), ("+7 912 345-67-89", "RU"), ("россия", "RU"), ("hjccbz", "RU"),
        ("гонконг", "HK"), ("hongkong", "HK"), ("香港", "HK"),
        ("cote d'ivoire", "CI"), ("берег слоновой кости", "CI"),
        ("congo", "CD"), ("конго", "CD"), ("корея", "KR"), ("голландия", "NL"), ("оаэ", "AE"), ("380", "UA"),
    ],
)  # fmt: skip
def test_a_country_is_found_in_either_language_by_its_codes_and_by_what_people_call_it(
    site: str, typed: str, iso: str
) -> None:
    found = search(COUNTRIES[site], typed, ("en", "ru"))
    assert found[0].iso == iso


def test_all_countries_of_a_calling_code_are_found_the_largest_first() -> None:
    found = [option.iso for option in search(COUNTRIES["gearsms"], "+1", ("en",))]
    assert found[:2] == ["US", "CA"]
    assert {"DO", "JM"} <= set(found)
    assert [option.iso for option in search(COUNTRIES["gearsms"], "+7", ("en",))] == ["RU", "KZ"]


def test_a_service_is_no_country() -> None:
    services = [Option(id="a", name="Jordan"), Option(id="b", name="44 Club")]
    assert [option.id for option in search(services, "иордания", ("en", "ru"))] == []
    assert [option.id for option in search(services, "44", ("en", "ru"))] == ["b"]


# Anything at all.


@given(st.text(max_size=80), st.sampled_from(sorted(SERVICES)))
def test_anything_can_be_typed(typed: str, site: str) -> None:
    found = search(SERVICES[site], typed, ("en", "ru"))
    assert len({id(option) for option in found}) == len(found)
    assert all(any(option is one for one in SERVICES[site]) for option in found)


@given(st.integers(0, len(SERVICES["gearsms"]) - 1), st.data())
def test_one_letter_too_much_too_few_wrong_or_swapped_is_forgiven(place: int, data: st.DataObject) -> None:
    option = SERVICES["gearsms"][place]
    name = option.name.casefold()
    if len(name) < 5:
        return
    at = data.draw(st.integers(1, len(name) - 2))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    typed = data.draw(st.sampled_from([
        name[:at] + name[at + 1 :], name[:at] + letter + name[at:], name[:at] + letter + name[at + 1 :],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    ]))  # fmt: skip
    found = search(SERVICES["gearsms"], typed)
    joined = read(typed).joined
    other = meant(joined) or any(joined in read(one.name).joined for one in found)  # "rover" became "river"
    assert len(found) <= MOST_ALIKE or other
    assert option in found or other, typed
