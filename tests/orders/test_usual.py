"""What a person orders usually stands first at every site, whatever the site calls it."""

from orders import usual
from providers.words import Option
from storage import orders
from tests.orders.scene import CHAT, OWNER, Scene


async def services(scene: Scene, user: int = OWNER, chat: int = CHAT) -> list[str]:
    async with scene.desk.db.transaction() as connection:
        return await usual.of_person(connection, user, chat)


async def test_the_latest_services_of_all_sites_newest_first(scene: Scene) -> None:
    assert await services(scene) == []
    gsim, smsgig = await scene.account("gsim"), await scene.account("smsgig")
    for account, service in ((gsim, "telegram"), (smsgig, "whatsapp"), (smsgig, "gmail"), (gsim, "whatsapp")):
        scene.desk.ahead += 60
        await scene.buy(account, service=service)
    assert await services(scene) == ["whatsapp", "google", "telegram"]
    assert await services(scene, user=1, chat=1) == []


async def test_no_more_than_a_handful(scene: Scene) -> None:
    gsim = await scene.account("gsim")
    ordered = ["telegram", "whatsapp", "uber", "tinder", "discord", "netflix"]
    for service in ordered:
        scene.desk.ahead += 60
        await scene.buy(gsim, service=service)
    assert await services(scene) == ordered[:0:-1]


async def test_a_group_sees_what_was_ordered_in_it(scene: Scene) -> None:
    gsim, group = await scene.account("gsim"), -100_500
    await scene.buy(gsim, service="tinder")
    there = await scene.buy(gsim, service="telegram")
    async with scene.desk.db.transaction() as connection:
        await orders.change(connection, there.id, chat_id=group)
    assert await services(scene, chat=group) == ["telegram"]
    assert set(await services(scene)) == {"telegram", "tinder"}


def test_whatever_a_site_calls_them() -> None:
    names = ["airbnb", "Google Voice", "微信", "GOOGLE / Gmail", "WeChat", "Whats App", "Odd One!"]
    options = [Option(id=str(place), name=name) for place, name in enumerate(names)]
    found = usual.among(options, ["whatsapp", "wechat", "google", "oddone", "telegram"])
    assert [option.name for option in found] == [
        "Whats App",
        "微信",
        "WeChat",
        "GOOGLE / Gmail",
        "Odd One!",
    ]
    assert usual.among(options, []) == []
