"""A short run of `make fuzz`: whatever a site answers, nothing but a SiteError comes of it."""

import pytest

from providers import gsim
from providers.gsim import Gsim
from providers.registry import SITES
from tests.providers.fuzz import fuzz


async def test_no_mutated_answer_of_any_site_is_a_crash() -> None:
    report = await fuzz(5_000, seed=3)

    assert report.examples == []
    assert (report.unhandled, report.odd_values) == (0, 0)
    assert report.by_site.keys() == SITES.keys()
    assert min(report.by_site.values()) > 500
    assert report.understood > 500, "an answer that is spoilt too much tries nothing"


async def test_a_crash_and_an_odd_value_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyError("balance")

    async def recent(_site: Gsim, _credentials: object, _line: str) -> list[str]:
        return ["half of a pair: \ud800"]

    monkeypatch.setattr(gsim, "need_money", crash)
    monkeypatch.setattr(Gsim, "recent", recent)

    report = await fuzz(3_000, seed=3)

    assert report.unhandled
    assert report.odd_values
    assert any("KeyError" in one for one in report.examples)
