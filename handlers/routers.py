"""All routers in their order, and what they are given."""

from aiogram import Dispatcher

from handlers import (
    accounts,
    asking,
    codes,
    errors,
    journals,
    last,
    limits,
    members,
    order,
    orders,
    rentals,
    share_limits,
    share_log,
    share_members,
    sharing,
    start,
    together,
    typed,
)
from handlers.context import Context
from handlers.guard import Guard


def dispatcher(context: Context, allowed: frozenset[int]) -> Dispatcher:
    """Everything that people press and type. `allowed`: empty means everybody."""
    dispatcher = Dispatcher(disable_fsm=True, context=context)
    guard = Guard(context, allowed)
    dispatcher.message.outer_middleware(guard)
    dispatcher.callback_query.outer_middleware(guard)
    answers = {
        typed.CREDENTIAL: accounts.take_credential,
        typed.RENAME: accounts.take_name,
        typed.SEARCH: order.take_search,
        typed.TYPED: order.take_typed,
        typed.CAP: limits.take_cap,
        typed.LOG_DAYS: share_log.take_days,
        typed.SHARE_CAP: share_limits.take_cap,
    }
    dispatcher.include_routers(
        errors.setup(),
        members.setup(allowed),
        share_log.setup(),
        start.setup(),
        accounts.setup(),
        order.setup(),
        asking.setup(),
        orders.setup(),
        codes.setup(),
        together.setup(),
        rentals.setup(),
        journals.setup(),
        limits.setup(),
        sharing.setup(),
        share_limits.setup(),
        share_members.setup(),
        typed.setup(answers),
        last.setup(),
    )
    return dispatcher
