"""One name for one service: every name at the make-believe sites, and all that people type."""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import catalog
from providers.catalog import canonical, meant, plain, read, shown

DATA = Path(__file__).parents[2] / "sandbox" / "sites" / "data"

SAME = [{"WeChat", "微信"}, {"VK", "ВКонтакте"}, {"Yalla", "YALLA"}]
"""What one site sells more than once under several names. All else that it lists stands for itself."""


def names_of(file: str, *lists: str) -> list[str]:
    data = json.loads((DATA / f"{file}.json").read_text(encoding="utf-8"))
    return [row["name"] for one in lists for row in data[one]]


SITES = {
    "gearsms-s1": names_of("gearsms", "s1"),
    "gearsms-s2": names_of("gearsms", "s2"),
    "gearsms-global": names_of("gearsms", "global"),
    "gearsms-rentals": names_of("gearsms", "rentals"),
    "getsms": names_of("getsms", "services"),
    "gotsms": names_of("gotsms", "services"),
    "gsim": names_of("gsim", "services"),
    "smsgig": names_of("smsgig", "services"),
}
BARRED = [name for key in ("no_rejection", "no_report", "always_charged")
          for name in json.loads((DATA / "gearsms.json").read_text(encoding="utf-8"))[key]]  # fmt: skip


@pytest.mark.parametrize("site", SITES)
def test_no_two_services_of_a_site_are_taken_for_one(site: str) -> None:
    by_key: dict[str, set[str]] = defaultdict(set)
    for name in SITES[site]:
        by_key[canonical(name)].add(name)
    assert [names for names in by_key.values() if len(names) > 1 and names not in SAME] == []


def test_a_name_is_the_same_service_at_every_site_however_it_is_written() -> None:
    for name in {name for names in SITES.values() for name in names}:
        for written in (
            name.upper(),
            name.lower(),
            f"  {name} ",
            name.replace(" ", ""),
            name.replace(" ", "-"),
        ):
            assert canonical(written) == canonical(name), written


def test_services_that_have_a_code_have_the_same_key_by_code() -> None:
    codes = json.loads((DATA / "smsgig.json").read_text(encoding="utf-8"))["services"]
    ids = json.loads((DATA / "gsim.json").read_text(encoding="utf-8"))["services"]
    pairs = [(row["service_code"], row["name"]) for row in codes] + [(row["id"], row["name"]) for row in ids]
    known = [(code, name) for code, name in pairs if canonical(name) in catalog.book().shown]
    assert len(known) > 500
    odd = {(code, name) for code, name in known if canonical(code) != canonical(name)}
    # codes drop the signs that a name is told by, and count names that differ in nothing else
    assert {name for _, name in odd} <= {"YALLA", "AT&T", "H&M", "Barnes & Noble", "Disney+", "Paramount+"}


@pytest.mark.parametrize("name", BARRED)
def test_services_with_rules_of_their_own_are_known(name: str) -> None:
    assert catalog.book().shown[canonical(name)] == name


def test_almost_everything_that_people_verify_is_known() -> None:
    made_up = re.compile(r"[A-Z][a-z]+ (Bank|Casino|Chat|Dating|Eats|Exchange|Games|Insurance|Mail|Market"
                         r"|Mobile|Pay|Poker|Rewards|Rides|Shop|Social|Surveys|Travel|Wallet)")  # fmt: skip
    names = {name for names in SITES.values() for name in names if not made_up.fullmatch(name)}
    unknown = {name for name in names if canonical(name) not in catalog.book().shown}
    assert len(catalog.book().shown) >= 500
    assert unknown == {
        "Tom & Jerry <Club>", "Сбер & Ко", "Яндекс <почта>",
        "Worldwide Association of Verified Online Shoppers and Seller",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (["Google", "google", "GOOGLE", "Google / Gmail / YouTube", "Google/YouTube", "Gmail",
          "Google (Gmail)", "Google,youtube,Gmail", "google.com", "Гугл",
          "谷歌", "グーグル", "구글", "جوجل", "गूगल"], "google"),
        (["Google Voice", "Google (Voice)", "google-voice", "GoogleVoice"], "googlevoice"),
        (["WhatsApp", "Whats App", "whatsapp", "ватсап", "Вотсап", "واتساب", "व्हाट्सएप"], "whatsapp"),
        (["Telegram", "telegram.org", "Телеграм", "телега", "TG", "电报"], "telegram"),
        (["WeChat", "微信", "Weixin"], "wechat"),
        (["VK", "vk.com", "ВКонтакте", "Vkontakte", "вк"], "vk"),
        (["Twitter / X", "Twitter", "X", "X (Twitter)", "x.com"], "twitter"),
        (["OpenAI", "ChatGPT", "OpenAI / ChatGPT", "OpenAI (ChatGPT)", "chat-gpt"], "openai"),
        (["Uber"], "uber"),
        (["Uber Eats", "UberEats", "uber-eats"], "ubereats"),
        (["Amazon", "amazon.com"], "amazon"),
        (["AWS", "Amazon Web Services"], "amazonwebservices"),
        (["Microsoft", "Microsoft account"], "microsoft"),
        (["Outlook"], "outlook"),
        (["Hotmail"], "hotmail"),
        (["H&M", "H & M", "HM", "h and m"], "hm"),
        (["AT&T", "ATT", "at-and-t"], "att"),
        (["Disney+", "Disney Plus", "disneyplus"], "disneyplus"),
        (["McDonald's", "McDonald’s", "mcdonalds"], "mcdonalds"),
        (["Any other", "Any Other", "Other", "Service not listed", "Другое"], "other"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_names_of_one_service(names: list[str], key: str) -> None:
    assert {name: canonical(name) for name in names} == dict.fromkeys(names, key)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Foo Bar", "foo-bar"),
        ("Foo Bar", "FooBar.com"),
        ("Foo Bar", "Foo Bar (new)"),
        ("Foo / Bar", "foo/bar"),
        ("Foo & Bar", "Foo and Bar"),
        ("Foo+", "Foo Plus"),
        ("Café Ünïque", "cafe unique"),
        ("Лукоморье", "lukomore"),
        ("ＦＵＬＬ Ｗｉｄｔｈ", "full width"),
    ],
)
def test_services_that_the_catalog_lacks_are_the_same_at_two_sites(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)
    assert shown(one) == one
    assert shown(other) == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Foo", "Foo Bank"),
        ("Foo / Bar", "Foo / Baz"),
        ("Mail.ru", "Mail.com"),
        ("Trip.com", "Trip"),
        ("Yandex", "Yandex Go"),
        ("LINE", "Line Pay"),
        ("24/7", "24"),
        ("🙂", "🙃"),
        ("***", "???"),
    ],
)
def test_different_services_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tinder", "Tinder"),
        ("Google / Gmail / YouTube", "Google"),
        ("微信", "WeChat"),
        ("OpenAI (ChatGPT)", "OpenAI"),
        ("WhatsApp (voice call)", "WhatsApp (voice call)"),
        ("Unheard Of", "Unheard Of"),
        ("", ""),
    ],
)
def test_the_one_name_to_show(name: str, expected: str) -> None:
    assert shown(name) == expected


def test_what_is_meant_by_a_beginning() -> None:
    assert meant("insta") == {"instagram": True, "instacart": False}
    assert meant(plain("инст").replace(" ", "")) == {"instagram": False, "instacart": False}
    assert meant("x") == {"twitter": True}
    assert "twitch" in meant("tw")
    assert meant("") == meant("qqqqqqqq") == {}


def test_a_name_of_two_services_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services = tmp_path / "services.toml"
    services.write_text('one = ["One", "uno"]\ntwo = ["Two", "U N O"]\n', encoding="utf-8")
    monkeypatch.setattr(catalog, "SERVICES", services)
    catalog.book.cache_clear()
    with pytest.raises(ValueError, match=r"'U N O' of two in services\.toml means one already"):
        catalog.book()
    catalog.book.cache_clear()


def test_the_file_is_written_as_it_says() -> None:
    lines = catalog.SERVICES.read_text(encoding="utf-8").splitlines()
    odd = [
        line
        for line in lines
        if line and not re.fullmatch(r'# .*|#|[a-z0-9]+ = \["[^"]+"(, "[^"]+")*\]', line)
    ]
    assert odd == []


def test_the_documents_examples_are_known() -> None:
    for name in ("Google", "WhatsApp", "Tinder", "Telegram", "Amazon", "Yahoo", "airbnb"):
        assert canonical(name) in catalog.book().shown


def test_what_is_kept_of_a_name_without_end_is_bounded() -> None:
    long = read("a b c " * 100_000)
    assert len(long.joined) <= catalog.LONGEST
    assert len(long.starts) == catalog.MOST_WORDS
    assert long is read("a b c " * 50_000)


@given(st.text(max_size=60))
def test_any_name_has_a_key_and_is_read_as_it_is_shown(name: str) -> None:
    assert canonical(name) == canonical(f" {name} ")
    assert read(name).joined == read(name).starts[0]
    assert plain(plain(name)) == plain(name)
    assert shown(name) in {name, catalog.book().shown.get(canonical(name))}
