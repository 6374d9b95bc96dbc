"""Acts on all orders of one purchase at once: several bids for one number are withdrawn with one press."""

from orders import acts
from orders.acts import Pressed
from orders.desk import Desk
from orders.errors import Barred, Gone, NotNow
from storage import orders


async def pressed(desk: Desk, order_id: str, act_key: str, user_id: int) -> list[Pressed]:
    """The orders of the same purchase with which this can be done now, each checked as its own press is.

    Raises Gone, NotYours, and NotNow if there is none left.
    """
    order, account = await acts.load(desk, order_id)
    try:
        act = desk.line(account, order.line).act(act_key)
    except KeyError:
        raise Gone("act") from None
    if not act.together or act.effect.costs or act.choices:
        raise Gone("act")
    async with desk.db.transaction() as connection:
        family = await orders.of_same_purchase(connection, order)
    found = []
    for one in family:
        try:
            found.append(await acts.pressed(desk, one.id, act_key, user_id))
        except (NotNow, Barred):
            continue
    if not found:
        raise NotNow
    return found
