"""A person's orders on certain lines of sites: the list of rentals."""

from storage import orders
from storage.db import Database
from tests.storage import rows

RENTALS = {("gsim", "rentals"), ("gotsms", "numbers")}


async def test_rented_are_the_persons_orders_on_these_lines(db: Database) -> None:
    """A pair counts as a whole: gsim's numbers are no rentals though gotsms' are called so."""
    async with db.transaction() as connection:
        await rows.account(connection)
        late = await rows.order(connection, id="o1", site_id="1", line="rentals", activated_at=9)
        early = await rows.order(connection, id="o2", site_id="2", line="rentals", activated_at=5)
        past = await rows.order(connection, id="o3", site_id="3", line="rentals", is_open=False)
        await rows.order(connection, id="o4", site_id="4", line="numbers")
        await rows.order(connection, id="o5", site_id="5", line="rentals", user_id=12)
        mine = early.user_id
        assert await orders.rented_by(connection, mine, RENTALS, is_open=True) == [late, early]
        assert await orders.rented_by(connection, mine, RENTALS, is_open=True, offset=1) == [early]
        assert await orders.rented_by(connection, mine, RENTALS, is_open=True, limit=1) == [late]
        assert await orders.rented_by(connection, mine, RENTALS, is_open=False) == [past]
        assert await orders.count_rented_by(connection, mine, RENTALS, is_open=True) == 2
        assert await orders.count_rented_by(connection, mine, RENTALS, is_open=False) == 1
        assert await orders.rented_by(connection, mine, set(), is_open=True) == []
