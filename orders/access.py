"""Who may do what. Pure rules; asked again at every press."""

from storage.accounts import Account
from storage.orders import Order


def may_order(account: Account, user_id: int) -> bool:
    """Spend this account's money."""
    return account.removed_at is None and account.owner_id == user_id


def may_manage(account: Account, user_id: int) -> bool:
    """Rename it, replace its key, remove it, see its webhook address."""
    return account.removed_at is None and account.owner_id == user_id


def may_act(order: Order, account: Account, user_id: int) -> bool:
    """Cancel, ban, finish and the like."""
    return user_id in {order.user_id, account.owner_id}


def may_see(order: Order, account: Account, user_id: int) -> bool:
    """Read its codes."""
    return user_id in {order.user_id, account.owner_id}
