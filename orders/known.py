"""Messages that are stored already: a list shows them again at each look, as long as their order lives."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace

from providers.site import Seen
from storage.orders import Order

MOST = 10_000
"""So many are remembered, those shown last; the database knows all of them."""


@dataclass(slots=True)
class Known:
    """What one process has seen stored, by the ids of the sites. Comparing them with rows costs much more."""

    _ids: OrderedDict[tuple[str, int, str], None] = field(default_factory=OrderedDict)

    def without(self, order: Order, seen: Seen) -> Seen:
        """What was seen, without its messages if all of them are stored for this order as it is now."""
        keys = self._keys(order, seen)
        if not keys or not all(key in self._ids for key in keys):
            return seen
        for key in keys:
            self._ids.move_to_end(key)
        return replace(seen, messages=())

    def note(self, order: Order, seen: Seen) -> None:
        """These messages are stored now, for sure."""
        self._ids |= dict.fromkeys(self._keys(order, seen))
        while len(self._ids) > MOST:
            self._ids.popitem(last=False)

    def _keys(self, order: Order, seen: Seen) -> list[tuple[str, int, str]]:
        """None where one has no id of its own: it may be another one with the same words."""
        ids = [sms.id for sms in seen.messages]
        return [(order.id, order.activation, one) for one in ids if one] if all(ids) else []
