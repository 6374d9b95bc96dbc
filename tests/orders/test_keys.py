"""Linked accounts: checked at their site, sealed, and never called bad without its word."""

import asyncio

import pytest
from sqlalchemy import update

from orders import access, keys, upkeep
from orders.errors import AlreadyLinked, BadName, Gone, NotYours
from providers.errors import BadKey, NoAnswer
from providers.registry import SITES
from storage import accounts, tables
from storage.accounts import WIPED
from storage.outbox import Kind
from tests.orders.scene import OWNER, Scene


@pytest.mark.parametrize("site", SITES)
async def test_a_key_is_checked_and_stored_sealed(scene: Scene, site: str) -> None:
    account = await scene.account(site, balance="12.34")
    assert (account.owner_id, account.site, account.name) == (OWNER, site, SITES[site].name)
    assert (account.key_ok, str(account.balance)) == (True, "12.34")
    credentials = scene.desk.credentials(account)
    assert all(value.encode() not in account.credentials for value in credentials.values())
    path = keys.hook_path(scene.desk, account)
    assert (path is None) == (SITES[site].hook is None)
    if path:
        token = path.removeprefix(f"/hooks/{site}/")
        assert len(token) >= 22, "128 bits"
        assert account.hook_hash == keys.hook_hash(token) != token


async def test_a_wrong_key_is_not_stored(scene: Scene) -> None:
    with pytest.raises(BadKey):
        await keys.link(scene.desk, OWNER, "gsim", {"api_key": "nobody-has-this"})
    await scene.outside("gsim/settings", down=True)
    with pytest.raises(NoAnswer):
        await keys.link(scene.desk, OWNER, "gsim", {"api_key": "nobody-has-this"})
    assert await scene.count("accounts") == 0


async def test_the_same_key_twice(scene: Scene) -> None:
    account = await scene.account("gsim")
    credentials = scene.desk.credentials(account)
    with pytest.raises(AlreadyLinked) as caught:
        await keys.link(scene.desk, OWNER, "gsim", credentials)
    assert caught.value.name == account.name
    await keys.link(scene.desk, OWNER + 1, "gsim", credentials)  # somebody else may share it
    await keys.remove(scene.desk, account)
    again = await keys.link(scene.desk, OWNER, "gsim", credentials)
    assert again.id != account.id


async def test_linking_at_once_is_linked_once(scene: Scene) -> None:
    credentials = {"api_key": "a-key-of-mine"}
    await scene.customer("gsim", credentials, balance="1")
    results = await asyncio.gather(
        *(keys.link(scene.desk, OWNER, "gsim", credentials) for _ in range(5)), return_exceptions=True
    )
    assert [type(one) for one in results].count(AlreadyLinked) == 4


async def test_each_account_has_its_own_name(scene: Scene) -> None:
    first, second = await scene.account("gsim"), await scene.account("gsim")
    assert (first.name, second.name) == ("gsim.io", "gsim.io 2")
    await keys.rename(scene.desk, first, "  my   own\n one ")
    assert (await scene.fresh(first)).name == "my own one"
    assert (await scene.account("gsim")).name == "gsim.io"
    for name in ("", "   ", "x" * 31):
        with pytest.raises(BadName):
            await keys.rename(scene.desk, first, name)


async def test_checking(scene: Scene) -> None:
    account = await scene.account("smsgig")
    await scene.customer("smsgig", dict(scene.desk.credentials(account)), balance="5.00")
    assert await keys.check(scene.desk, account) == 5
    assert (await scene.fresh(account)).balance == 5
    await scene.fault("smsgig", "status", status=401, body={}, times=2)
    with pytest.raises(BadKey):
        await keys.check(scene.desk, account)
    assert not (await scene.fresh(account)).key_ok
    assert await scene.letters(Kind.NOTICE) == [], "who asks is answered, not notified"
    await keys.doubt(scene.desk, account)
    assert await scene.letters(Kind.NOTICE) == [], "known already"
    await keys.check(scene.desk, account)
    assert (await scene.fresh(account)).key_ok


async def test_many_doubts_are_one_notice(scene: Scene) -> None:
    account = await scene.account("smsgig")
    await scene.fault("smsgig", "status", status=401, body={}, times=None)
    await asyncio.gather(*(keys.doubt(scene.desk, account) for _ in range(20)))
    (notice,) = await scene.letters(Kind.NOTICE)
    assert notice.args["name"] == account.name


async def test_what_is_learnt_of_an_old_key_does_not_stick_to_the_new_one(scene: Scene) -> None:
    account = await scene.account("smsgig")
    new = {"api_key": "another-key-of-mine"}
    await scene.customer("smsgig", new, balance="7")
    await scene.customer("smsgig", dict(scene.desk.credentials(account)), revoked=True)
    assert await keys.replace_key(scene.desk, account, new) == 7
    await scene.fault("smsgig", "status", status=401, body={})
    await keys.doubt(scene.desk, account)  # somebody who still holds the old one
    fresh = await scene.fresh(account)
    assert fresh.key_ok
    assert scene.desk.credentials(fresh) == new
    assert await scene.letters(Kind.NOTICE) == []


async def test_replacing_by_a_wrong_key_or_by_another_accounts_changes_nothing(scene: Scene) -> None:
    account, other = await scene.account("gsim"), await scene.account("gsim")
    with pytest.raises(BadKey):
        await keys.replace_key(scene.desk, account, {"api_key": "nobody-has-this"})
    with pytest.raises(AlreadyLinked):
        await keys.replace_key(scene.desk, account, scene.desk.credentials(other))
    assert await scene.fresh(account) == account
    await keys.replace_key(scene.desk, account, scene.desk.credentials(account))  # its own once more


async def test_whose_it_is(scene: Scene) -> None:
    account = await scene.account("gsim")
    assert await keys.own(scene.desk, account.id, OWNER) == account
    with pytest.raises(NotYours):
        await keys.own(scene.desk, account.id, OWNER + 1)
    with pytest.raises(Gone):
        await keys.own(scene.desk, "nothing", OWNER)
    await keys.remove(scene.desk, account)
    with pytest.raises(Gone):
        await keys.own(scene.desk, account.id, OWNER)
    assert not access.may_order(await scene.fresh(account), OWNER)
    with pytest.raises(Gone):
        scene.desk.line(account, "no such line")


async def test_a_removed_accounts_key_is_wiped_once_nothing_needs_it(scene: Scene) -> None:
    account = await scene.account("smsgig")
    order = await scene.buy(account)
    assert access.may_see(order, account, OWNER)
    assert not access.may_see(order, account, OWNER + 1)
    await keys.remove(scene.desk, account)
    await upkeep.run(scene.desk)
    assert scene.desk.credentials(await scene.fresh(account)) == scene.desk.credentials(account)
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    await scene.expire(order)
    await scene.look()
    await upkeep.run(scene.desk)
    gone = await scene.fresh(account)
    assert (gone.credentials, gone.hook_hash, gone.hook_token) == (WIPED, None, None)
    with pytest.raises(Gone):
        scene.desk.credentials(gone)
    await upkeep.run(scene.desk)
    assert (await scene.account("smsgig")).name == "SMSGig", "its name is free again"


async def test_a_purchase_on_its_way_keeps_its_key(scene: Scene) -> None:
    account = await scene.account("smsgig")
    await scene.confirm(await scene.armed(account))
    await keys.remove(scene.desk, account)
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.orders).values(is_open=False))
        await connection.execute(update(tables.purchases).values(state="sending"))
        await accounts.forget_keys(connection, scene.desk.now())
    assert (await scene.fresh(account)).credentials != WIPED


async def test_a_replaced_key_is_wiped_after_its_grace(scene: Scene) -> None:
    account = await scene.account("smsgig")
    await keys.replace_key(scene.desk, account, scene.desk.credentials(account))
    await upkeep.run(scene.desk)
    assert (await scene.fresh(account)).old_credentials is not None
    scene.desk.ahead += keys.OLD_KEY_PASSES
    await upkeep.run(scene.desk)
    assert (await scene.fresh(account)).old_credentials is None
