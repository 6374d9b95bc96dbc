"""Lists of options: asked for once, kept for a while, found by typing."""

from decimal import Decimal

import pytest

from orders import catalog
from orders.catalog import FRESH, Catalogs
from providers.errors import BadKey, NoAnswer
from providers.words import (
    Choice,
    Option,
)
from storage.accounts import Account
from tests.orders.scene import Scene


def choice(scene: Scene, account: Account, key: str) -> Choice:
    return scene.desk.site(account).lines[0].choice(key)


async def test_a_list_is_asked_for_once(scene: Scene) -> None:
    account = await scene.account("gsim")
    service = choice(scene, account, "service")
    asked = len(await scene.asked("gsim"))
    first = await Catalogs(scene.desk).get(account, "numbers", service, {})
    lists = Catalogs(scene.desk)  # after a restart: from the database
    again = await lists.get(account, "numbers", service, {})
    assert list(again.options) == list(first.options)
    assert await lists.get(account, "numbers", service, {}) is again, "from memory"
    assert len(await scene.asked("gsim")) == asked + 1


async def test_a_list_depends_on_its_account_and_on_what_it_needs(scene: Scene) -> None:
    mine, other = await scene.account("gsim"), await scene.account("gsim")
    lists, country = Catalogs(scene.desk), choice(scene, mine, "country")
    services = (await lists.get(mine, "numbers", choice(scene, mine, "service"), {})).options
    one, two = services[0].id, services[1].id
    first = await lists.get(mine, "numbers", country, {"service": one, "operator": "whatever"})
    assert await lists.get(mine, "numbers", country, {"operator": "else", "service": one}) is first
    assert await lists.get(mine, "numbers", country, {"service": two}) is not first
    assert await lists.get(other, "numbers", country, {"service": one}) is not first


async def test_an_old_list_is_asked_for_again(scene: Scene) -> None:
    account = await scene.account("gsim")
    lists, service = Catalogs(scene.desk), choice(scene, account, "service")
    first = await lists.get(account, "numbers", service, {})
    scene.desk.ahead = FRESH - 10
    assert await lists.get(account, "numbers", service, {}) is first
    scene.desk.ahead = FRESH + 10
    second = await lists.get(account, "numbers", service, {})
    assert second is not first
    assert await lists.get(account, "numbers", service, {}, refresh=True) is not second
    scene.desk.ahead = -FRESH * 10  # a clock that was wrong and was put right
    assert await lists.get(account, "numbers", service, {}) is not second


async def test_an_old_list_is_better_than_none(scene: Scene) -> None:
    account = await scene.account("gsim")
    lists, service = Catalogs(scene.desk), choice(scene, account, "service")
    with_list = await lists.get(account, "numbers", service, {})
    await scene.outside("gsim/settings", down=True)
    stale = await lists.get(account, "numbers", service, {}, refresh=True)
    assert (stale.stale, stale.options, stale.fetched_at) == (True, with_list.options, with_list.fetched_at)
    with pytest.raises(NoAnswer):
        await lists.get(account, "numbers", choice(scene, account, "country"), {"service": "wa"})
    await scene.outside("gsim/settings", down=False)
    await scene.fault("gsim", "status", status=401, body={})
    with pytest.raises(BadKey):
        await lists.get(account, "numbers", service, {}, refresh=True)
    assert not (await lists.get(account, "numbers", service, {}, refresh=True)).stale


async def test_fixed_options_need_no_site(scene: Scene) -> None:
    account = await scene.account("getsms")
    asked = len(await scene.asked("getsms"))
    listing = await Catalogs(scene.desk).get(account, "numbers", choice(scene, account, "state"), {})
    assert len(listing.options) == 51
    assert len(await scene.asked("getsms")) == asked


async def test_memory_is_bounded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "IN_MEMORY", 5)
    account = await scene.account("gsim")
    lists, service = Catalogs(scene.desk), choice(scene, account, "service")
    first = await lists.get(account, "numbers", service, {})
    country = choice(scene, account, "country")
    for option in list(first.options)[:4]:
        await lists.get(account, "numbers", country, {"service": option.id})
    assert await lists.get(account, "numbers", service, {}) is first, "used lately"
    for option in list(first.options)[4:8]:
        await lists.get(account, "numbers", country, {"service": option.id})
    assert len(lists._memory) == 5
    assert await lists.get(account, "numbers", service, {}) is first


@pytest.mark.parametrize(
    "option",
    [
        Option(id="1", name="x"),
        Option(id="1", name="x", stock=0),
        Option(id="1", name="x", price=Decimal(0), from_price=True, stock=7),
        Option(
            id="<&>",
            name="Ünïcode «ёж» <b>&amp;</b>",
            price=Decimal("0.123456"),
            iso="US",
            note="a",
            recommended=True,
        ),
        Option(id="1", name="x", facts={"ttl": 0, "several": False, "word": "", "many": True}),
    ],
)
def test_an_option_comes_back_from_the_database_as_it_was(option: Option) -> None:
    assert catalog._from_json(catalog._to_json(option)) == option
