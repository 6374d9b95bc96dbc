"""SMSGig's transactions as a journal: as documented, against the make-believe site, and page by page."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from providers.site import Record, Sheet
from providers.smsgig import PER_PAGE, SmsGig
from tests.providers.outside import Outside
from tests.providers.replay import Replay
from tests.providers.smsgig_kit import EXAMPLES, KEYS, WISH
from tests.providers.test_smsgig_sandbox import KEYS as SANDBOX_KEYS
from tests.providers.test_smsgig_sandbox import outside, site

__all__ = ["outside", "site"]

PAGE = EXAMPLES["transactions"]


def with_meta(**meta: Any) -> dict[str, Any]:
    """The document's answer with other numbers of pages."""
    return {**PAGE, "meta": {**PAGE["meta"], **meta}}


def test_its_filters_are_the_documents_types(smsgig: SmsGig) -> None:
    assert [(one.key, one.filters) for one in smsgig.journals] == [
        ("transactions", ("purchase", "refund", "deposit"))
    ]


async def test_the_documents_own_answer(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/transactions", PAGE)
    sheet = await smsgig.journal(KEYS, "transactions", word="refund")
    at = int(datetime(2026, 5, 15, 9, 21, 41, tzinfo=UTC).timestamp())
    refund = Record(
        id="1021", at=at, word="refund", text="Refund for eBay rental #503", amount=Decimal("0.75")
    )
    assert sheet == Sheet(records=(refund,), has_more=True)
    assert replay.only.query == {"limit": str(PER_PAGE), "type": "refund"}
    assert replay.only.headers["authorization"] == "Bearer YOUR_API_KEY"


async def test_all_kinds_and_a_further_page(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/transactions", with_meta(current_page=2))
    sheet = await smsgig.journal(KEYS, "transactions", page=2)
    assert (len(sheet.records), sheet.has_more) == (1, False)
    assert replay.only.query == {"limit": str(PER_PAGE), "page": "2"}


async def test_a_site_that_ignores_the_page_shows_nothing_twice(smsgig: SmsGig, replay: Replay) -> None:
    replay.put("GET", "/transactions", PAGE)
    assert await smsgig.journal(KEYS, "transactions", page=2) == Sheet(records=())


@pytest.mark.parametrize("meta", [None, [], {}, {"current_page": "x", "last_page": None}])
async def test_without_page_numbers_there_is_one_page(smsgig: SmsGig, replay: Replay, meta: Any) -> None:
    replay.put("GET", "/transactions", {**PAGE, "meta": meta})
    sheet = await smsgig.journal(KEYS, "transactions")
    assert (len(sheet.records), sheet.has_more) == (1, False)


async def test_there_is_no_other_journal(smsgig: SmsGig, replay: Replay) -> None:
    with pytest.raises(KeyError):
        await smsgig.journal(KEYS, "orders")
    assert replay.asked == []


async def test_every_transaction_comes_once_newest_first(site: SmsGig, outside: Outside) -> None:
    bought = [await site.buy(SANDBOX_KEYS, "s1", {"service": WISH["service"]}) for _ in range(3)]
    for number in range(PER_PAGE):
        await outside.act("accounts", key=SANDBOX_KEYS["api_key"], balance=f"{30 + number}.00")
    await outside.act(f"orders/{bought[-1][0].id}/expire")
    records: list[Record] = []
    page, has_more = 1, True
    while has_more:
        sheet = await site.journal(SANDBOX_KEYS, "transactions", page=page)
        records += sheet.records
        page, has_more = page + 1, sheet.has_more
    assert len({record.id for record in records}) == len(records) > PER_PAGE
    stamps = [record.at or 0 for record in records]
    assert stamps == sorted(stamps, reverse=True)
    assert all(stamps)
    assert records[0].word == "refund"
    for word, count in (("purchase", 3), ("refund", 1)):
        sheet = await site.journal(SANDBOX_KEYS, "transactions", word=word)
        assert [record.word for record in sheet.records] == [word] * count
        assert all(record.amount == Decimal("0.58") for record in sheet.records)
        assert f"#{bought[-1][0].id}" in (sheet.records[0].text or "")
