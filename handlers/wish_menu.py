"""The one message in which a wish is made: choice by choice, up to the quote."""

from dataclasses import replace

from handlers.callbacks import WishButton, WishDo
from handlers.context import Context
from handlers.screen import Screen
from handlers.texts import Html, Texts
from handlers.typed import SEARCH, TYPED, listen, prompt_of
from handlers.views import failures, outcome
from handlers.views import order as views
from handlers.views.view import View
from handlers.wish_list import WishList
from handlers.wishes import Wish
from orders import acts, place, private, wish
from orders.acts import Pressed
from orders.errors import Gone
from providers.errors import SiteError
from providers.site import Picks
from providers.words import Act, Asked, Choice, Option
from storage import drafts, prompts
from storage.drafts import Draft, Pick
from storage.prompts import Prompt

LAST_PAGE = 999
"""A forged page number must fit into the database; the view shows the last page that exists."""

CHOICELESS = frozenset({WishDo.BACK, WishDo.QUOTE})
"""Presses that concern no choice."""

WORDLESS = frozenset({WishDo.LIST, WishDo.ALL, WishDo.CLEAR}) | CHOICELESS
"""Presses that are answered without a word, so before any work."""


class WishMenu:
    """The one message in which a wish is made."""

    def __init__(self, screen: Screen, t: Texts, context: Context, of: Wish) -> None:
        self.screen, self.t, self.context = screen, t, context
        self.draft, self.account, self.order = of.draft, of.account, of.order
        self.site = context.desk.site(self.account)
        self.asked: Asked = context.desk.asked(self.account, self.draft.line, self.draft.act)

    @property
    def shown(self) -> Draft:
        """The wish as it is shown: with words of somebody's own, which are stored sealed."""
        desk, draft = self.context.desk, self.draft
        return draft.changed(picks=private.reveal(desk, self.account, draft.user_id, draft.picks))

    @property
    def known(self) -> Picks:
        """What is picked so far, and what the order was that an act is about."""
        return {**(self.order.ref.picks if self.order else {}), **self.draft.ids}

    async def press(self, data: WishButton) -> bool:
        """What the button says. False: it went back beyond the beginning, and the wish is dropped."""
        choice = None if data.do in CHOICELESS else self._choice(data.choice)
        if data.do in WORDLESS:
            self.screen.answer_soon()
        if choice is not None:
            await self._press_choice(data, choice)
        elif data.do is WishDo.BACK:
            return await self.back()
        else:
            await self.step()
        return True

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

    async def back(self) -> bool:
        """One step towards the beginning. False: beyond it, to the choice of an account."""
        before = wish.step_back(self.asked, self.draft)
        if before is not None:
            await self.save(before)
            await self.step()
            return True
        await self._stop_listening()
        async with self.context.desk.db.transaction() as connection:
            await drafts.drop(connection, self.draft.id)
        if self.order is not None:
            await self.screen.show(outcome.kept(self.t, self.order))
        elif len(self.site.lines) > 1:
            await self.screen.show(views.choose_line(self.t, self.account, self.site))
        else:
            return False
        return True

    async def show_list(self, choice: Choice, draft: Draft, *, refresh: bool = False) -> None:
        """The options of a choice; what is typed next searches them. Cached ones call no site."""
        self.draft = draft.changed(card_id=self.screen.message_id)
        prompt = self._prompt(SEARCH, {"draft": draft.id})
        async with self.context.desk.db.transaction() as connection:
            await drafts.save(connection, self.draft)
            await prompts.ask(connection, prompt)
        if refresh:
            await self.screen.answer(self.t.plain("toast-refreshing"))
        await self.screen.slow(self.t, self._list(choice).view(refresh=refresh))

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
        args = {"draft": self.draft.id, "choice": choice.key, "private": choice.private}
        prompt = self._prompt(TYPED, args)

        async def ask() -> Prompt:
            shown_at = await self.screen.show(view)
            return replace(prompt, message_id=await self._reply_here() or shown_at)

        await listen(self.screen, self.context, prompt, ask)

    async def show_trouble(self, error: SiteError) -> None:
        """The site did not say what it costs."""
        why = failures.site_error(self.t, error, self.site.name, is_lent=self.draft.share_id is not None)
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
            await acts.carry_out_pressed(self.context.desk, press, self.draft.user_id, given)
        except SiteError as error:
            why = failures.site_error(self.t, error, self.site.name, is_lent=self.draft.share_id is not None)
            return outcome.act_failed(self.t, press.order, press.act, why, error)
        return outcome.act_done(self.t, press.order, press.act)

    async def _pick_tagged(self, choice: Choice, tag: str) -> None:
        offered = self._list(choice)
        try:
            listing = await self.screen.meanwhile(self.t, offered.listing())
        except SiteError as error:
            await self.screen.show(offered.trouble(error))
            return
        option = next((one for one in listing.options if wish.option_tag(one.id) == tag), None)
        if option is None:
            await self.screen.answer(self.t.plain("toast-option-gone"))
            await self.show_list(choice, self.draft)
            return
        await self.pick(choice, option)

    def _list(self, choice: Choice) -> WishList:
        return WishList(
            t=self.t,
            context=self.context,
            site=self.site,
            account=self.account,
            asked=self.asked,
            draft=self.draft,
            shown=self.shown,
            known=self.known,
            choice=choice,
        )

    async def _quote_view(self, notice: Html | None = None) -> View:
        try:
            offer = await place.offer(self.context.desk, self.draft)
        except SiteError as error:
            why = failures.site_error(self.t, error, self.site.name, is_lent=self.draft.share_id is not None)
            return views.no_quote(self.t, self.site, self.asked, self.shown, why)
        self.draft = offer.draft
        shown = replace(offer, draft=self.shown)
        if not self.screen.is_private:  # what somebody has left is nobody's business in a group
            shown = replace(shown, room=None)
        if self.draft.share_id is not None:  # and what the owner has is not the group's
            shown = replace(shown, balance=None)
        return views.quote(self.t, self.site, self.asked, shown, notice=notice)

    async def _ask_search(self, choice: Choice) -> None:
        """In a private chat typing is enough; in a group a reply is needed."""
        await self.screen.answer(self.t.plain("toast-search"))
        prompt = self._prompt(SEARCH, {"draft": self.draft.id}, message_id=await self._reply_here())
        async with self.context.desk.db.transaction() as connection:
            await prompts.ask(connection, prompt)

    async def _reply_here(self) -> int | None:
        """In a group: the question to which what is typed must be a reply."""
        if self.screen.is_private:
            return None
        return await self.screen.ask(self.t("reply-here"), self.t.plain("placeholder-search"))

    def _prompt(self, purpose: str, args: dict[str, object], *, message_id: int | None = None) -> Prompt:
        """What is typed belongs to the menu, or is a reply to that message."""
        stands_at = message_id or self.screen.message_id or 0
        return prompt_of(self.screen, self.context, purpose, args, message_id=stands_at)

    async def _stop_listening(self) -> None:
        async with self.context.desk.db.transaction() as connection:
            await prompts.drop(connection, self.screen.chat_id, self.screen.user_id)
