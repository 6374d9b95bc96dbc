"""What every handler gets by parameter name, beside aiogram's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.questions import Questions
from orders import keys
from orders.catalog import Catalogs
from orders.desk import Desk
from orders.teaser import Teasers
from providers.site import Site
from storage.accounts import Account


@dataclass(frozen=True, slots=True)
class Context:
    """The desk, the lists, and where the sites reach us."""

    desk: Desk
    catalogs: Catalogs
    public_url: str | None
    default_language: str
    teasers: Teasers
    under_way: set[tuple[str, str]] = field(default_factory=set)
    """What is being done with which order just now, so that a second tap does not do it again."""
    questions: Questions = field(default_factory=Questions)
    """What somebody is asked on a card just now."""

    @property
    def sites(self) -> Mapping[str, Site]:
        """All sites by key."""
        return self.desk.sites

    def hook_url(self, account: Account) -> str | None:
        """The webhook address of an account, None without PUBLIC_URL or where the site has none."""
        path = keys.hook_path(self.desk, account)
        return None if path is None or self.public_url is None else self.public_url.rstrip("/") + path
