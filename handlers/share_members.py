"""/members: the people of a share, their roles, and those who ask to be let in."""

from aiogram import Bot, Router
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from aiogram.types import User as TelegramUser

from handlers.callbacks import MemberButton, MemberDo
from handlers.context import Context
from handlers.membership import PATIENCE
from handlers.screen import Screen
from handlers.share_seats import labels, lent, seats_here, sit, titles
from handlers.texts import Html, Texts
from handlers.views import share_members as views
from handlers.views.share_members import MembersPage
from handlers.views.view import View
from orders import shares as sharing
from orders.access import Right, Seat
from orders.errors import Gone, NobodyKnows
from orders.shares import Person
from storage import outbox, people, shares
from storage.outbox import Kind, Letter, Priority
from storage.shares import GIVEN, Member, Role

ANSWERS = (Role.BUYER, Role.VIEWER, None)
"""What somebody who asked can be answered."""


def setup() -> Router:
    """The router."""
    router = Router(name="share-members")
    router.message.register(members_command, Command("members"))
    router.callback_query.register(member_button, MemberButton.filter())
    return router


async def members_command(message: Message, bot: Bot, t: Texts, context: Context) -> None:
    """The people of the shares here; as a reply to somebody's message: that person."""
    screen = Screen.of_message(message, bot)
    if screen.is_private:
        await screen.show(await _choice(screen, t, context))
    else:
        await screen.show(await _here(screen, t, context, message))


async def member_button(
    query: CallbackQuery, callback_data: MemberButton, bot: Bot, t: Texts, context: Context
) -> None:
    """Something with the people of one share. Who may is asked anew at each press."""
    screen = Screen.of_own_press(query, bot)
    if not callback_data.share:
        await screen.show(await _of_several(screen, t, context, callback_data))
        return
    right = Right.SEE if callback_data.do is MemberDo.LIST else Right.RULE
    seat = await sit(context, screen, callback_data.share, right)
    match callback_data.do:
        case MemberDo.LIST:
            view = await _members(t, context, seat, page=callback_data.page)
        case MemberDo.SHOW:
            view = await _role(bot, t, context, seat, callback_data.user)
        case MemberDo.GIVE:
            view = await _give(bot, t, context, seat, callback_data)
        case MemberDo.ANSWER:
            view = await _answer(t, context, seat, callback_data)
    await screen.show(view)


async def _of_several(screen: Screen, t: Texts, context: Context, data: MemberButton) -> View:
    """A page of the shares of which one is to be chosen, also for somebody's role. Raises Gone."""
    if screen.is_private:
        return await _choice(screen, t, context, page=data.page)
    seats = await seats_here(context, screen)
    if data.do is MemberDo.SHOW:
        seats = [seat for seat in seats if seat.may(Right.RULE)]
    if not seats:
        raise Gone("share")
    if data.do is not MemberDo.SHOW:
        return await _list(t, context, seats, page=data.page)
    name = await _name_there(screen.bot, seats[0], data.user)
    return views.choose_for(t, name, data.user, _named(seats), page=data.page)


def _named(seats: list[Seat]) -> list[tuple[str, str]]:
    return [(seat.share.id, seat.account.name) for seat in seats]


async def _choice(screen: Screen, t: Texts, context: Context, *, page: int = 0) -> View:
    """In private: the people of which share."""
    found = labels(t, await lent(context, screen.user_id))
    if not found:
        return views.nothing_shared(t, is_private=True)
    if len(found) == 1:
        return await _members(t, context, await sit(context, screen, found[0][0]))
    return views.choose(t, found, page=page)


async def _here(screen: Screen, t: Texts, context: Context, message: Message) -> View:
    """In a group: the people of its shares, or the author of the message that was answered."""
    seats = await seats_here(context, screen)
    if not seats:
        return views.nothing_shared(t, is_private=False)
    replied = _replied(message)
    if replied is None:
        return await _list(t, context, seats)
    author = _author(replied)
    if author is None:
        return await _list(t, context, seats, notice=t("members-nobody"))
    ruled = [seat for seat in seats if seat.may(Right.RULE)]
    if not ruled:
        sharing.demand(seats[0], Right.RULE)
    if author.id == screen.user_id:
        return await _list(t, context, ruled)
    if len(ruled) > 1:
        return views.choose_for(t, author.full_name, author.id, _named(ruled))
    return await _role(screen.bot, t, context, ruled[0], author.id)


async def _list(
    t: Texts, context: Context, seats: list[Seat], *, page: int = 0, notice: Html | None = None
) -> View:
    if len(seats) == 1:
        return await _members(t, context, seats[0], notice=notice)
    return views.choose(t, _named(seats), page=page, notice=notice)


async def _members(
    t: Texts, context: Context, seat: Seat, *, page: int = 0, notice: Html | None = None
) -> View:
    return views.members(t, await _facts(t, context, seat), page=page, notice=notice)


async def _facts(t: Texts, context: Context, seat: Seat) -> MembersPage:
    async with context.desk.db.transaction() as connection:
        called = await titles(connection, context, t, seat)
        return MembersPage(
            seat=seat,
            account=called.account,
            group=called.group,
            owner=await people.name_of(connection, seat.account.owner_id),
            people=await shares.members(connection, seat.share.id),
        )


async def _role(
    bot: Bot, t: Texts, context: Context, seat: Seat, user_id: int, *, notice: Html | None = None
) -> View:
    """One person's role, and which they could have."""
    facts = await _facts(t, context, seat)
    listed = next((one for one in facts.people if one.user_id == user_id), None)
    if listed is not None:
        return views.role(t, facts, listed, is_listed=True, notice=notice)
    name = await _name_there(bot, seat, user_id)
    stranger = Member(user_id=user_id, role=None, name=name)
    return views.role(t, facts, stranger, is_listed=False, notice=notice)


async def _give(bot: Bot, t: Texts, context: Context, seat: Seat, data: MemberButton) -> View:
    """A role for somebody: known to the share, or in the group now."""
    person = await _listed(context, seat, data.user)
    name = person.name if person is not None else await _name_there(bot, seat, data.user)
    role = _given(data.role)
    await sharing.set_role(context.desk, seat.share.id, Person(data.user, name), role, seat.user_id)
    if person is not None and person.role is None and role in {Role.BUYER, Role.MANAGER}:
        await _tell_let_in(context, seat, person)
    return await _role(bot, t, context, seat, data.user, notice=t("role-saved"))


async def _answer(t: Texts, context: Context, seat: Seat, data: MemberButton) -> View:
    """To who asked, as long as they wait: an old button takes nobody's role away."""
    person, role = await _listed(context, seat, data.user), _given(data.role)
    if role not in ANSWERS:
        raise Gone("role")
    if person is None or person.role is not None:
        return views.late(t, seat.share.id, await _name_of(context, data.user, person))
    await sharing.set_role(
        context.desk, seat.share.id, Person(person.user_id, person.name), role, seat.user_id
    )
    if role is Role.BUYER:
        await _tell_let_in(context, seat, person)
    return views.answered(t, await _facts(t, context, seat), person, role)


async def _tell_let_in(context: Context, seat: Seat, person: Member) -> None:
    """They asked in the group, so there they are told."""
    words = {"text": "notice-let-in", "share": seat.share.id, "who": person.user_id}
    letter = Letter(
        kind=Kind.NOTICE,
        priority=Priority.REST,
        user_id=person.user_id,
        chat_id=seat.share.chat_id,
        thread_id=seat.share.thread_id,
        args=words,
    )
    async with context.desk.db.transaction() as connection:
        await outbox.put(connection, letter, context.desk.now_ms())
    context.desk.bells.outbox.set()


async def _listed(context: Context, seat: Seat, user_id: int) -> Member | None:
    async with context.desk.db.transaction() as connection:
        return await shares.member(connection, seat.share.id, user_id)


async def _name_of(context: Context, user_id: int, person: Member | None) -> str:
    if person is not None:
        return person.name
    async with context.desk.db.transaction() as connection:
        return await people.name_of(connection, user_id)


async def _name_there(bot: Bot, seat: Seat, user_id: int) -> str:
    """What somebody in the group is called. Raises Gone for those who are not there, NobodyKnows."""
    try:
        member = await bot.get_chat_member(seat.share.chat_id, user_id, request_timeout=PATIENCE)
    except (TelegramBadRequest, TelegramForbiddenError):
        raise Gone("person") from None
    except (TelegramAPIError, ClientDecodeError):
        raise NobodyKnows from None
    if member.user.is_bot or member.status in {"left", "kicked"}:
        raise Gone("person")
    return member.user.full_name


def _replied(message: Message) -> Message | None:
    """The message that was answered. In a topic every other one "answers" the topic's beginning."""
    replied = message.reply_to_message
    if replied is None or replied.forum_topic_created is not None:
        return None
    return replied


def _author(message: Message) -> TelegramUser | None:
    """Who wrote it, if that is a person who shows themselves."""
    author = message.from_user
    if author is None or author.is_bot or message.sender_chat is not None:
        return None
    return author


def _given(word: str) -> Role | None:
    """Raises Gone for what was never on a button."""
    if not word:
        return None
    role = next((role for role in GIVEN if role.value == word), None)
    if role is None:
        raise Gone("role")
    return role
