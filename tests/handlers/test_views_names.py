"""Names as people read them: countries in their language, one name for one service."""

import pytest

from handlers.texts import texts_for
from handlers.views import names
from storage.drafts import Pick

EN, RU = texts_for("en"), texts_for("ru")


@pytest.mark.parametrize(
    ("name", "iso", "english", "russian"),
    [
        ("USA", "US", "🇺🇸 USA", "🇺🇸 США"),
        ("United States", "US", "🇺🇸 USA", "🇺🇸 США"),
        ("England", "GB", "🇬🇧 United Kingdom", "🇬🇧 Великобритания"),
        ("Ivory Coast", None, "🇨🇮 Ivory Coast", "🇨🇮 Кот-д’Ивуар"),
        ("Hong Kong", "hk", "🇭🇰 Hong Kong", "🇭🇰 Гонконг"),
        ("Kosovo", "XK", "🇽🇰 Kosovo", "🇽🇰 Косово"),
        ("USA (virtual)", "US", "🇺🇸 USA (virtual)", "🇺🇸 USA (virtual)"),
        ("Georgia", "US", "🇺🇸 Georgia", "🇺🇸 Georgia"),
        ("Any", None, "Any", "Any"),
        ("Nowhere", "N", "Nowhere", "Nowhere"),
        ("Nowhere", "٣٣", "Nowhere", "Nowhere"),
    ],
)
def test_a_country(name: str, iso: str | None, english: str, russian: str) -> None:
    assert (names.country(EN, name, iso), names.country(RU, name, iso)) == (english, russian)


def test_only_countries_are_told_in_the_readers_language() -> None:
    picks = [Pick(choice=choice, id="1", name="Jordan\n", facts={}) for choice in ("country", "operator")]
    assert [names.picked(RU, pick) for pick in picks] == ["🇯🇴 Иордания", "Jordan"]


def test_a_service() -> None:
    told = [
        names.service(name)
        for name in ("tinder", "Google / Gmail", "微信", "Unheard\tOf", "WhatsApp (voice)")
    ]
    assert told == ["Tinder", "Google", "WeChat", "Unheard Of", "WhatsApp (voice)"]
