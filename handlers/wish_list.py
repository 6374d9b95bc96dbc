"""The list from which a choice of a wish is picked: cached, searched, the usual ones first."""

from collections.abc import Sequence
from dataclasses import dataclass

import locales
from handlers.context import Context
from handlers.texts import Html, Texts
from handlers.views import failures
from handlers.views import order as views
from handlers.views.order import Shelf
from handlers.views.view import View
from orders import usual, wish
from orders.catalog import Listing
from orders.search import search
from providers.errors import SiteError
from providers.site import Picks, Site
from providers.words import Asked, Choice, Option
from storage.accounts import Account
from storage.drafts import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class WishList:
    """The options of one choice, as the wish stands now."""

    t: Texts
    context: Context
    site: Site
    account: Account
    asked: Asked
    draft: Draft
    shown: Draft
    """The same with words of somebody's own, for the text above the list."""
    known: Picks
    """What narrows the list down."""
    choice: Choice

    async def view(self, *, refresh: bool = False) -> View:
        """The list, or why the site does not tell it."""
        try:
            listing = await self.listing(refresh=refresh)
        except SiteError as error:
            return self.trouble(error)
        options = self._still_free(listing.options)
        mine = await self._usual(options)
        ids = frozenset(option.id for option in mine)
        if self.draft.query:
            found = search(options, self.draft.query, locales.LANGUAGES)
        else:
            found = [*mine, *(option for option in options if option.id not in ids)]
        shelf = Shelf(
            options=found,
            total=len(options),
            fetched_at=listing.fetched_at,
            stale=listing.stale,
            usual=ids,
            beside=wish.narrowing(self.asked, self.draft, self.choice),
        )
        return views.choose_option(self.t, self.site, self.shown, self.choice, shelf)

    async def listing(self, *, refresh: bool = False) -> Listing:
        """All options. Raises SiteError."""
        narrowed_by = [one.key for one in self.asked.choices if self.choice.key in one.narrows]
        return await self.context.catalogs.get(
            self.account, self.draft.line, self.choice, self.known, narrowed_by=narrowed_by, refresh=refresh
        )

    def trouble(self, error: SiteError) -> View:
        """The site can't list them."""
        why: Html = failures.site_error(
            self.t, error, self.site.name, is_lent=self.draft.share_id is not None
        )
        beside = wish.narrowing(self.asked, self.draft, self.choice)
        return views.no_list(self.t, self.site, self.shown, self.choice, why, beside=beside)

    def _still_free(self, options: Sequence[Option]) -> Sequence[Option]:
        """Beside what is picked already only other options are offered."""
        if not wish.is_adding(self.draft, self.choice):
            return options
        taken = {pick.id for pick in wish.picked_of(self.draft, self.choice)}
        return [option for option in options if option.id not in taken]

    async def _usual(self, options: Sequence[Option]) -> list[Option]:
        """Of these options what the person orders usually, at whatever site."""
        if self.choice.key != usual.CHOICE:
            return []
        async with self.context.desk.db.transaction() as connection:
            services = await usual.of_person(connection, self.draft.user_id, self.draft.chat_id)
        return usual.among(options, services)
