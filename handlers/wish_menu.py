"""The one message in which a wish is made: choice by choice, up to the quote."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

import locales
from handlers.callbacks import WishButton, WishDo
from handlers.context import Context
from handlers.screen import Screen
from handlers.texts import Html, Texts
from handlers.typed import SEARCH, TYPED
from handlers.views import accounts as account_views
from handlers.views import failures, outcome
from handlers.views import order as views
from handlers.views.order import Shelf
from handlers.views.view import View
from orders import acts, place, private, usual, wish
from orders.access import may_act, may_order
from orders.acts import Pressed
from orders.catalog import Listing
from orders.errors import Gone, NotYours
from orders.search import search
from providers.errors import SiteError
from providers.site import Picks
from providers.words import Act, Asked, Choice, Line, Option
from storage import accounts, drafts, orders, prompts
from storage.accounts import Account
from storage.db import new_id
from storage.drafts import Draft, Pick
from storage.orders import Order
from storage.prompts import Prompt

LAST_PAGE = 999
"""A forged page number must fit into the database; the view shows the last page that exists."""

CHOICELESS = frozenset({WishDo.BACK, WishDo.QUOTE})
"""Presses that concern no choice."""

WORDLESS = frozenset({WishDo.LIST, WishDo.ALL, WishDo.CLEAR}) | CHOICELESS
"""Presses that are answered without a word, so before any work."""


class WishMenu:
    """The one message in which a wish is made."""

    def __init__(
        self,
        screen: Screen,
        t: Texts,
        context: Context,
        draft: Draft,
        account: Account,
        order: Order | None = None,
    ) -> None:
        """`order`: the one that a wish for an act is about."""
        self.screen, self.t, self.context, self.draft, self.account = screen, t, context, draft, account
        self.site = context.desk.site(account)
        self.line: Line = context.desk.line(account, draft.line)
        self.asked: Asked = context.desk.asked(account, draft.line, draft.act)
        self.order = order
        if draft.act is not None and order is None:
            raise Gone("order")

    @property
    def shown(self) -> Draft:
        """The wish as it is shown: with words of somebody's own, which are stored sealed."""
        desk, draft = self.context.desk, self.draft
        return draft.changed(picks=private.reveal(desk, self.account, draft.user_id, draft.picks))

    @property
    def known(self) -> Picks:
        """What is picked so far, and what the order was that an act is about."""
        return {**(self.order.ref.picks if self.order else {}), **self.draft.ids}

    @classmethod
    async def load(
        cls, screen: Screen, t: Texts, context: Context, draft_id: str, user_id: int
    ) -> "WishMenu":
        """The wish of a button. Raises Gone, NotYours."""
        async with context.desk.db.transaction() as connection:
            about = await _about(connection, await drafts.get(connection, draft_id))
        return cls._checked(screen, t, context, about, user_id)

    @classmethod
    async def load_by_token(
        cls, screen: Screen, t: Texts, context: Context, token: str, user_id: int
    ) -> "WishMenu":
        """The wish of a Buy button. Raises Gone, NotYours."""
        async with context.desk.db.transaction() as connection:
            about = await _about(connection, await drafts.get_by_token(connection, token))
        return cls._checked(screen, t, context, about, user_id)

    @classmethod
    def _checked(
        cls, screen: Screen, t: Texts, context: Context, about: "_About | None", user_id: int
    ) -> "WishMenu":
        draft, account, order = about or (None, None, None)
        if draft is None or account is None or draft.chat_id != screen.chat_id:
            raise Gone("draft")
        if draft.user_id != user_id:
            raise NotYours
        menu = cls(screen, t, context, draft, account, order)
        if order is None or not isinstance(menu.asked, Act) or menu.asked.effect.costs:
            _may_pay(account, user_id)
        elif not may_act(order, account, user_id):
            raise NotYours
        return menu

    async def press(self, data: WishButton) -> None:
        """What the button says."""
        choice = None if data.do in CHOICELESS else self._choice(data.choice)
        if data.do in WORDLESS:
            self.screen.answer_soon()
        if choice is not None:
            await self._press_choice(data, choice)
        elif data.do is WishDo.BACK:
            await self.back()
        else:
            await self.step()

    async def _press_choice(self, data: WishButton, choice: Choice) -> None:
        has_button = choice.typed if data.do is WishDo.TYPE else choice.listed or choice.fixed
        if data.do is not WishDo.CLEAR and not has_button:
            raise Gone("choice")  # forged
        match data.do:
            case WishDo.LIST:
                page = min(int(data.arg), LAST_PAGE) if data.arg.isdecimal() else 0
                same = self.draft.asking == choice.key
                draft = self.draft if same else wish.asking(self.draft, choice.key)
                await self.show_list(choice, draft.changed(page=page))
            case WishDo.ALL:
                await self.show_list(choice, wish.asking(self.draft, choice.key))
            case WishDo.REFRESH:
                await self.show_list(choice, self.draft, refresh=True)
            case WishDo.SEARCH:
                await self._ask_search(choice)
            case WishDo.TYPE:
                await self.ask_typed(choice)
            case WishDo.CLEAR:
                await self.save(wish.without_pick(self.asked, self.draft, choice, data.arg))
                await self.step()
            case _:
                await self._pick_tagged(choice, data.arg)

    async def step(self) -> None:
        """The next required choice, else the quote."""
        choice = wish.next_required(self.asked, self.draft)
        if choice is None and isinstance(self.asked, Act) and not self.asked.effect.costs:
            await self._carry_out(self.asked)
        elif choice is None:
            await self.quote()
        elif not choice.listed and not choice.fixed:
            await self.ask_typed(choice)
        else:
            await self.show_list(choice, wish.asking(self.draft, choice.key))

    async def pick(self, choice: Choice, option: Option) -> None:
        """Take this option and go on. Raises Gone if it makes no sense any more."""
        if wish.is_crowded(self.draft, choice):
            raise Gone("choice")
        draft = wish.with_pick(self.asked, self.draft, choice, option)
        if choice.private:
            draft = draft.changed(picks=tuple(self._stored(pick, choice) for pick in draft.picks))
        await self.save(draft)
        await self.step()

    async def back(self) -> None:
        """One step towards the beginning."""
        before = wish.step_back(self.asked, self.draft)
        if before is not None:
            await self.save(before)
            await self.step()
            return
        await self._stop_listening()
        async with self.context.desk.db.transaction() as connection:
            await drafts.drop(connection, self.draft.id)
        if self.order is not None:
            await self.screen.show(outcome.kept(self.t, self.order))
        elif len(self.site.lines) > 1:
            await self.screen.show(views.choose_line(self.t, self.account, self.site))
        else:
            await begin(self.screen, self.draft.user_id, self.t, self.context)

    async def show_list(self, choice: Choice, draft: Draft, *, refresh: bool = False) -> None:
        """The options of a choice; what is typed next searches them. Cached ones call no site."""
        self.draft = draft.changed(card_id=self.screen.message_id)
        prompt = self._prompt(SEARCH, {"draft": draft.id}, self.screen.message_id or 0)
        async with self.context.desk.db.transaction() as connection:
            await drafts.save(connection, self.draft)
            await prompts.ask(connection, prompt)
        if refresh:
            await self.screen.answer(self.t.plain("toast-refreshing"))
        await self.screen.slow(self.t, self._list_view(choice, refresh=refresh))

    async def quote(self) -> None:
        """What it costs now."""
        await self._stop_listening()
        await self.screen.slow(self.t, self._quote_view())

    async def quote_again(self, notice: Html) -> None:
        """What it costs now, after Buy: no "one moment", the message may be another tap's card by now."""
        await self._stop_listening()
        await self.screen.show(await self._quote_view(notice))

    async def ask_typed(self, choice: Choice, *, problem: Html | None = None) -> None:
        """Ask for a choice that is typed."""
        await self.save(wish.asking(self.draft, choice.key))
        view = views.ask_typed(self.t, self.site, self.shown, choice, problem=problem)
        await self.screen.show(view)
        args = {"draft": self.draft.id, "choice": choice.key, "private": choice.private}
        await self._listen(TYPED, args, ask=True)

    async def show_trouble(self, error: SiteError) -> None:
        """The site did not say what it costs."""
        why = failures.site_error(self.t, error, self.site.name)
        await self.screen.show(views.no_quote(self.t, self.site, self.asked, self.shown, why))

    async def save(self, draft: Draft) -> None:
        """Keep the changed wish."""
        self.draft = draft.changed(card_id=self.screen.message_id)
        async with self.context.desk.db.transaction() as connection:
            await drafts.save(connection, self.draft)

    def _choice(self, key: str) -> Choice:
        """The choice of a button. Raises Gone, also where it can't be asked yet."""
        try:
            choice = self.asked.choice(key)
        except KeyError:
            raise Gone("choice") from None
        if not set(choice.needs) <= set(self.known) or wish.is_crowded(self.draft, choice):
            raise Gone("choice")
        return choice

    def _stored(self, pick: Pick, choice: Choice) -> Pick:
        if pick.choice != choice.key:
            return pick
        return private.conceal(self.context.desk, self.account, self.draft.user_id, pick)

    async def _carry_out(self, act: Act) -> None:
        """All is said, and it costs nothing: do it."""
        await self._stop_listening()
        desk, draft = self.context.desk, self.draft
        press = await acts.pressed(desk, draft.order_id or "", act.key, draft.user_id)
        async with desk.db.transaction() as connection:
            await drafts.drop(connection, draft.id)
        given = private.given(desk, self.account, draft.user_id, act, draft.picks)
        await self.screen.slow(self.t, self._done_view(press, given))

    async def _done_view(self, press: Pressed, given: Picks) -> View:
        try:
            await acts.carry_out(self.context.desk, press.order, press.act, given)
        except SiteError as error:
            why = failures.site_error(self.t, error, self.site.name)
            return outcome.act_failed(self.t, press.order, press.act, why, error)
        return outcome.act_done(self.t, press.order, press.act)

    async def _pick_tagged(self, choice: Choice, tag: str) -> None:
        try:
            listing = await self.screen.meanwhile(self.t, self._listing(choice))
        except SiteError as error:
            why = failures.site_error(self.t, error, self.site.name)
            await self.screen.show(self._no_list(choice, why))
            return
        option = next((one for one in listing.options if wish.option_tag(one.id) == tag), None)
        if option is None:
            await self.screen.answer(self.t.plain("toast-option-gone"))
            await self.show_list(choice, self.draft)
            return
        await self.pick(choice, option)

    async def _list_view(self, choice: Choice, *, refresh: bool) -> View:
        try:
            listing = await self._listing(choice, refresh=refresh)
        except SiteError as error:
            return self._no_list(choice, failures.site_error(self.t, error, self.site.name))
        options = self._still_free(choice, listing.options)
        mine = await self._usual(choice, options)
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
            beside=wish.narrowing(self.asked, self.draft, choice),
        )
        return views.choose_option(self.t, self.site, self.shown, choice, shelf)

    def _no_list(self, choice: Choice, why: Html) -> View:
        beside = wish.narrowing(self.asked, self.draft, choice)
        return views.no_list(self.t, self.site, self.shown, choice, why, beside=beside)

    async def _listing(self, choice: Choice, *, refresh: bool = False) -> Listing:
        narrowed_by = [one.key for one in self.asked.choices if choice.key in one.narrows]
        return await self.context.catalogs.get(
            self.account, self.line.key, choice, self.known, narrowed_by=narrowed_by, refresh=refresh
        )

    def _still_free(self, choice: Choice, options: Sequence[Option]) -> Sequence[Option]:
        """Beside what is picked already only other options are offered."""
        if not wish.is_adding(self.draft, choice):
            return options
        taken = {pick.id for pick in wish.picked_of(self.draft, choice)}
        return [option for option in options if option.id not in taken]

    async def _usual(self, choice: Choice, options: Sequence[Option]) -> list[Option]:
        """Of these options what the person orders usually, at whatever site."""
        if choice.key != usual.CHOICE:
            return []
        async with self.context.desk.db.transaction() as connection:
            services = await usual.of_person(connection, self.draft.user_id, self.screen.chat_id)
        return usual.among(options, services)

    async def _quote_view(self, notice: Html | None = None) -> View:
        try:
            offer = await place.offer(self.context.desk, self.draft)
        except SiteError as error:
            why = failures.site_error(self.t, error, self.site.name)
            return views.no_quote(self.t, self.site, self.asked, self.shown, why)
        self.draft = offer.draft
        # What somebody has left is nobody's business in a group.
        room = offer.room if self.screen.is_private else None
        shown = replace(offer, draft=self.shown, room=room)
        return views.quote(self.t, self.site, self.asked, shown, notice=notice)

    async def _ask_search(self, choice: Choice) -> None:
        """In a private chat typing is enough; in a group a reply is needed."""
        await self.screen.answer(self.t.plain("toast-search"))
        await self._listen(SEARCH, {"draft": self.draft.id}, ask=True)

    async def _listen(self, purpose: str, args: dict[str, object], *, ask: bool = False) -> None:
        """Take what is typed next as an answer."""
        message_id = self.screen.message_id or 0
        if ask and not self.screen.is_private:
            placeholder = self.t.plain("placeholder-search")
            message_id = await self.screen.ask(self.t("reply-here"), placeholder)
        async with self.context.desk.db.transaction() as connection:
            await prompts.ask(connection, self._prompt(purpose, args, message_id))

    def _prompt(self, purpose: str, args: dict[str, object], message_id: int) -> Prompt:
        return Prompt(
            chat_id=self.screen.chat_id,
            user_id=self.screen.user_id,
            message_id=message_id,
            purpose=purpose,
            args=args,
            sealed=None,
            created_at=self.context.desk.now(),
        )

    async def _stop_listening(self) -> None:
        async with self.context.desk.db.transaction() as connection:
            await prompts.drop(connection, self.screen.chat_id, self.screen.user_id)


_About = tuple[Draft | None, Account | None, Order | None]


async def _about(connection: AsyncConnection, draft: Draft | None) -> _About:
    """A wish with its account, and the order if it is for an act."""
    if draft is None:
        return None, None, None
    order = await orders.get(connection, draft.order_id) if draft.order_id else None
    return draft, await accounts.get(connection, draft.account_id), order


async def begin_act(screen: Screen, t: Texts, context: Context, press: Pressed) -> None:
    """Ask for what an act needs, in a message of its own: the order's card stays."""
    screen.message_id = await screen.send(View(t("one-moment")))
    about = (press.act.key, press.order.id)
    draft = await new_draft(screen, context, press.account, press.order.line, picks=(), about=about)
    await WishMenu(screen, t, context, draft, press.account, press.order).step()


async def pay_account(context: Context, account_id: str, user_id: int) -> Account:
    """The account to pay with. Raises Gone, NotYours."""
    account = await context.desk.account(account_id)
    _may_pay(account, user_id)
    return account


def _may_pay(account: Account, user_id: int) -> None:
    if account.owner_id == user_id and account.removed_at is not None:
        raise Gone("account")
    if not may_order(account, user_id):
        raise NotYours


async def begin(screen: Screen, user_id: int, t: Texts, context: Context, *, page: int = 0) -> None:
    """Ask for the account, unless there is only one."""
    async with context.desk.db.transaction() as connection:
        mine = await accounts.of_owner(connection, user_id)
    if not mine:
        await screen.show(account_views.account_list(t, mine, context.sites))
    elif len(mine) == 1:
        await with_account(screen, t, context, mine[0], "")
    else:
        await screen.show(views.choose_account(t, mine, context.sites, page=page))


async def with_account(screen: Screen, t: Texts, context: Context, account: Account, line_key: str) -> None:
    """Ask for the line, unless there is only one, and begin the wish."""
    site = context.desk.site(account)
    if not line_key and len(site.lines) > 1:
        await screen.show(views.choose_line(t, account, site))
        return
    line = context.desk.line(account, line_key or site.lines[0].key)
    if screen.message_id is None:
        screen.message_id = await screen.send(View(t("one-moment")))
    draft = await new_draft(screen, context, account, line.key, picks=())
    await WishMenu(screen, t, context, draft, account).step()


async def new_draft(
    screen: Screen,
    context: Context,
    account: Account,
    line: str,
    *,
    picks: tuple[drafts.Pick, ...],
    about: tuple[str, str] | None = None,
) -> Draft:
    """A wish that is stored. `about`: an act and the order it is for."""
    act, order_id = about or (None, None)
    draft = Draft(
        id=new_id(),
        user_id=screen.user_id,
        chat_id=screen.chat_id,
        thread_id=screen.thread_id,
        card_id=screen.message_id,
        account_id=account.id,
        line=line,
        picks=picks,
        asking=None,
        query="",
        page=0,
        low=None,
        high=None,
        quoted_at=None,
        token=None,
        act=act,
        order_id=order_id,
        created_at=context.desk.now(),
    )
    async with context.desk.db.transaction() as connection:
        await drafts.add(connection, draft)
    return draft
