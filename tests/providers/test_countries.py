"""Countries: whatever a site calls them, one code; one name in the reader's language."""

import json
from pathlib import Path

import pytest

from providers.countries import dialled, iso_of, name_of, names_of

DATA = Path(__file__).parents[2] / "sandbox" / "sites" / "data"


def places() -> dict[str, str]:
    rows = json.loads((DATA / "places.json").read_text(encoding="utf-8"))["countries"]
    return {row["name"]: row["iso"] for row in rows}


def test_every_country_of_the_make_believe_sites_is_known_by_its_name() -> None:
    assert {name: iso_of(name) for name in places()} == places()


@pytest.mark.parametrize(
    ("names", "iso"),
    [
        (["USA", "United States", "united-states", "U.S.", "us", "America"], "US"),
        (["England", "United Kingdom", "UK", "GB", "Great Britain", "unitedkingdom"], "GB"),
        (["Ivory Coast", "Côte d'Ivoire", "Cote d Ivoire", "CI"], "CI"),
        (["Hong Kong", "Hongkong", "Hong Kong SAR China"], "HK"),
        (["Macao", "Macau"], "MO"),
        (["Congo", "Republic of the Congo"], "CG"),
        (["DR Congo", "Congo (Dem. Republic)", "Democratic Republic of the Congo", "DCongo"], "CD"),
        (["Kosovo", "XK"], "XK"),
        (["Czech Republic", "Czechia", "czech"], "CZ"),
        (["South Korea", "Korea", "Republic of Korea"], "KR"),
        (["Turkey", "Türkiye"], "TR"),
        (["Myanmar", "Burma", "Myanmar (Burma)"], "MM"),
        (["Bosnia and Herzegovina", "Bosnia & Herzegovina", "Bosnia"], "BA"),
        (["Timor-Leste", "East Timor"], "TL"),
        (["Viet Nam", "Vietnam"], "VN"),
        (["Georgia"], "GE"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_names_of_one_country(names: list[str], iso: str) -> None:
    assert {name: iso_of(name) for name in names} == dict.fromkeys(names, iso)


def test_the_first_that_is_a_country_counts() -> None:
    assert iso_of(None, "", "XX", "France") == "FR"
    assert iso_of("UK", "United Kingdom") == "GB"
    for name in ("USA (virtual)", "Any", "Europe", "EU", "ZZ", "12", "🙂", "Russia Premium"):
        assert iso_of(name) is None, name


def test_the_reader_s_language() -> None:
    assert (name_of("US", "en"), name_of("US", "ru"), name_of("US", "de")) == (
        "USA", "США", "Vereinigte Staaten",
    )  # fmt: skip
    assert (name_of("HK", "en"), name_of("HK", "ru")) == ("Hong Kong", "Гонконг")
    assert (name_of("CI", "en"), name_of("CI", "ru")) == ("Ivory Coast", "Кот-д’Ивуар")
    assert name_of("XX", "en") is name_of("", "en") is name_of("419", "en") is None


def test_every_country_has_a_name_that_leads_back_to_it() -> None:
    for iso in places().values():
        assert iso_of(name_of(iso, "en")) == iso
        assert name_of(iso, "ru")


def test_names_to_search_by() -> None:
    assert {"united kingdom", "velikobritaniya", "england", "angliya", "uk"} <= set(
        names_of("GB", ("en", "ru"))
    )
    assert "velikobritaniya" not in names_of("GB", ("en",))


@pytest.mark.parametrize(
    ("typed", "first"),
    [("+44", "GB"), ("44", "GB"), ("+1", "US"), ("+7", "RU"), ("+79123456789", "RU"),
     ("+44 7911 123-456", "GB"), ("+383", "XK")],
)  # fmt: skip
def test_calling_codes(typed: str, first: str) -> None:
    found = dialled(typed)
    assert min(found, key=lambda iso: found[iso]) == first


def test_the_beginning_of_a_calling_code_means_all_that_begin_so() -> None:
    assert set(dialled("+38")) == {"UA", "RS", "ME", "XK", "HR", "SI", "BA", "MK"}
    assert {"US", "CA", "DO"} <= set(dialled("+1"))


def test_what_is_no_calling_code() -> None:
    for typed in ("", "+", "Russia", "+x", "٤٤", "0", "+999"):
        assert dialled(typed) == {}, typed
