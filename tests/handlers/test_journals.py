"""What the sites keep: pages, filters, strangers' words, sites that don't answer, orders made elsewhere."""

from sqlalchemy import func, select

from storage.tables import orders, purchases
from tests.handlers.chat import Json, Person, Town, buttons, data_of, labels, until
from tests.handlers.test_rentals import rented

KEY = "live_gsim_0123456789abcdef"


async def made_elsewhere(town: Town, number: int = 1) -> list[Json]:
    """So many orders that the account's owner made on the site's own page, newest first."""
    url = f"{town.world.base}{town.world.sites['gsim'].base}/orders"
    for _ in range(number):
        wish = {"service": "telegram", "country": "russia"}
        async with town.http.post(url, json=wish, headers={"Authorization": f"Bearer {KEY}"}) as answer:
            assert answer.status in {200, 201}, await answer.text()
    return await town.bought("gsim", number)


async def rented_elsewhere(town: Town) -> Json:
    """A number that the account's owner rented on the site's own page."""
    url = f"{town.world.base}{town.world.sites['gsim'].base}/rentals"
    headers = {"Authorization": f"Bearer {KEY}"}
    async with town.http.get(f"{url}/search?country=US", headers=headers) as answer:
        number = (await answer.json())["numbers"][0]["phoneNumber"]
    wish = {"phoneNumber": number, "numberType": "LOCAL", "country": "US", "monthlyPrice": 1.15}
    async with town.http.post(url, json=wish, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
    return (await town.bought("gsim"))[0]


async def journal(person: Person) -> Json:
    """The account's orders at the site, from /accounts on."""
    await person.says("/accounts")
    await person.walks("gsim.io ·", "Orders at the site")
    return await person.sees("Orders at the site · gsim.io")


async def test_from_the_account_to_its_orders_and_back(town: Town, anna: Person) -> None:
    """In place of each other; an empty list says so."""
    await town.linked(anna, "gsim", key=KEY)
    page = await journal(anna)
    assert "gsim.io shows nothing here" in page["text"]
    await anna.presses("Rentals at the site", on=page)
    assert (await anna.sees("Rentals at the site · gsim.io"))["message_id"] == page["message_id"]
    await anna.presses("‹ Back", on=page)
    assert (await anna.sees("🔑 gsim.io"))["message_id"] == page["message_id"]


async def test_pages_and_filters(town: Town, anna: Person) -> None:
    """Eight on a message; a filter starts from the first page."""
    await town.linked(anna, "gsim", key=KEY)
    made = await made_elsewhere(town, 23)
    page = await journal(anna)
    assert [one["number"] in page["text"] for one in made] == [True] * 8 + [False] * 15
    assert "waiting" in page["text"]
    assert "‹" not in labels(page)
    for shown in (made[8:16], made[16:]):
        await anna.presses("›", on=page)
        page = await anna.sees("Orders at the site", shown[-1]["number"])
        assert made[0]["number"] not in page["text"]
    assert "›" not in labels(page)
    assert "Page 3" in page["text"]
    await anna.presses("‹", on=page)
    page = await anna.sees("Orders at the site", made[15]["number"])
    await anna.presses("cancelled", on=page)
    page = await anna.sees("Only: cancelled", "shows nothing here")
    assert "cancelled" not in labels(page)
    await anna.presses("Show all", on=page)
    await anna.sees("Orders at the site", made[0]["number"])
    for data in ("j:a:x:orders::0:0:0", data_of(page, "Rentals").replace("rentals", "secrets")):
        await anna.forges(data, on=page)
        assert anna.toast == "This is no longer there."


async def test_an_order_made_elsewhere_is_watched_once_adopted(town: Town, anna: Person) -> None:
    """Its card comes, its codes ring, its button is gone; however often it is pressed, it is one order."""
    await town.linked(anna, "gsim", key=KEY)
    (made,) = await made_elsewhere(town)
    spent = await town.spent("gsim")
    page = await journal(anna)
    data = data_of(page, f"Watch {made['number']}")
    await anna.forges(data, on=page)
    await anna.sees("Watched from now on")
    card = await anna.sees("📱 Telegram", made["number"], "Waiting for the code")
    await anna.forges(data, on=page)
    page = await anna.sees("Watched from now on")
    assert not any("Watch " in label for label in labels(page))
    await town.sms("gsim", made["id"], "Your code is 665544")
    await anna.presses("Look now", on=card)
    await anna.sees("🔔", "665544")
    assert await town.spent("gsim") == spent
    assert await counted(town) == (1, 1)


async def test_what_came_before_does_not_ring(town: Town, anna: Person) -> None:
    """It stands on the card of the adopted rental; what comes from now on rings."""
    await town.linked(anna, "gsim", key=KEY)
    made = await rented_elsewhere(town)
    await town.sms("gsim", made["id"], "Your code is 112233")
    await anna.says("/accounts")
    await anna.walks("gsim.io ·", "Rentals at the site", "Watch ")
    card = await anna.sees("📱", made["number"], "112233", "Yours")
    await town.sms("gsim", made["id"], "Your code is 445566")
    await anna.presses("Look now", on=card)
    await anna.sees("🔔", "445566")
    assert not any("🔔" in one.get("text", "") and "112233" in one["text"] for one in await anna.messages())


async def test_what_is_over_is_not_adopted(town: Town, anna: Person) -> None:
    """Cancelled at the site between the list and the press."""
    await town.linked(anna, "gsim", key=KEY)
    (made,) = await made_elsewhere(town)
    page = await journal(anna)
    await town.call("POST", f"/outside/gsim/orders/{made['id']}/expire")
    await anna.presses("Watch ", on=page)
    page = await anna.sees("moved on", "Orders at the site")
    assert not any("Watch " in label for label in labels(page))
    assert await counted(town) == (0, 0)


async def test_an_order_of_ours_is_not_offered(town: Town, anna: Person) -> None:
    """It is watched already."""
    rental, _ = await rented(town, anna)
    await anna.says("/accounts")
    await anna.walks("gsim.io ·", "Rentals at the site")
    page = await anna.sees("Rentals at the site", rental["number"], "active", "$1.50")
    assert not any("Watch " in label for label in labels(page))


async def test_only_the_owner_reads_and_adopts(town: Town, anna: Person, boris: Person) -> None:
    """Every press is checked again; in a group keys and accounts are no matter."""
    await town.linked(anna, "gsim", key=KEY)
    await made_elsewhere(town)
    page = await journal(anna)
    await boris.says("/start")
    his = await boris.sees("Pinbell")
    for label in ("Watch ", "cancelled"):
        await boris.forges(data_of(page, label), on=his)
        assert "не ваше" in boris.toast
    group = await town.group(anna, boris)
    await anna.at(group).says("/start")
    menu = await anna.at(group).sees("what shall it be")
    await anna.at(group).forges(data_of(page, "cancelled"), on=menu)
    await anna.at(group).sees("only for our private chat")
    assert await counted(town) == (0, 0)


async def test_the_history_leads_to_what_the_sites_keep(town: Town, anna: Person, boris: Person) -> None:
    """A row for each account whose site keeps something; in the reader's language."""
    await town.linked(anna, "gsim", key=KEY)
    await anna.says("/history")
    await anna.presses("At the site: gsim.io")
    await anna.sees("Orders at the site · gsim.io")
    await town.linked(boris, "gsim", key="live_gsim_of_boris_012345")
    await boris.says("/history")
    await boris.presses("На сайте: gsim.io")
    page = await boris.sees("Заказы на сайте · gsim.io", "ничего не показывает")
    assert "‹ Назад" in labels(page)


async def test_a_numbers_messages_are_a_strangers_words(town: Town, anna: Person) -> None:
    """Both directions, below the card, which stays; markup is text."""
    rental, card = await rented(town, anna)
    await town.sms("gsim", rental["id"], "<b>Hi</b> & \u202eolleh")
    await anna.presses("Messages", on=card)
    page = await anna.sees(f"Messages · {rental['number']}", "<b>Hi</b> & olleh", "↙️")
    assert page["message_id"] > card["message_id"]
    assert not any(one["type"] == "bold" and "Hi" in page["text"][one["offset"]:][: one["length"]]
                   for one in page["entities"])  # fmt: skip
    await anna.presses("Calls", on=page)
    await anna.sees(f"Calls · {rental['number']}", "shows nothing here")


async def test_a_site_that_does_not_answer(town: Town, anna: Person) -> None:
    """Slowly: one moment. Not at all: why, and again."""
    await town.linked(anna, "gsim", key=KEY)
    (made,) = await made_elsewhere(town)
    page = await journal(anna)
    await town.settings("gsim", down=True)
    await anna.presses("waiting", on=page)
    page = await anna.sees("Only: waiting", "gsim.io", "Nothing was spent")
    await town.settings("gsim", down=False)
    await anna.presses("Try again", on=page)
    await anna.sees("Only: waiting", made["number"])
    assert len([one for one in buttons(page) if "Try again" in one["text"]]) == 1


async def counted(town: Town) -> tuple[int, int]:
    """Our purchases and orders."""

    async def read() -> tuple[int, int]:
        async with town.app.desk.db.transaction() as connection:
            counts = [
                (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in (purchases, orders)
            ]
        return counts[0], counts[1]

    return await until(read, "counts")
