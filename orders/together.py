"""Acts on all orders of one purchase at once: several bids for one number are withdrawn with one press."""

from orders import acts, shares
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
    seat = await shares.seat_of_order(desk, order, user_id)
    found = []
    for one in family:
        try:
            its_seat = seat if one.share_id == order.share_id else None
            found.append(acts.checked(desk, one, account, act_key, user_id, its_seat))
        except (NotNow, Barred):
            continue
    if not found:
        raise NotNow
    return found
