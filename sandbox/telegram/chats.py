"""Methods about chats, their members, topics and files."""

from sandbox.telegram.call import Call, Method
from sandbox.telegram.errors import bad, forbidden
from sandbox.telegram.state import Chat, Json, Member, Topic

__all__ = ["METHODS"]

GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
ICON_COLOR = 0x6FB9F0


def get_chat(call: Call) -> Json:
    """getChat."""
    chat = call.chat()
    found = chat.api() | {"accent_color_id": 0, "max_reaction_count": 11}
    found["accepted_gift_types"] = dict.fromkeys(GIFTS, False)
    if chat.pinned:
        found["pinned_message"] = chat.pinned.api(deep=False)
    if chat.kind != "private":
        found["permissions"] = {"can_send_messages": True, "can_invite_users": True}
    return found


def get_chat_member(call: Call) -> Json:
    """getChatMember."""
    chat, user_id = call.chat(), call.params.number("user_id")
    user = call.hub.user(user_id)
    if user is None:
        raise bad("user not found" if user_id <= 0 else "PARTICIPANT_ID_INVALID")
    if chat.kind == "private":
        if user not in chat.users():
            raise bad("user not found")
        return Member(user, "member").api()
    if chat.hidden and user is not call.me:
        call.admin(chat, "CHAT_ADMIN_REQUIRED")
    return (chat.members.get(user_id) or Member(user, "left")).api()


def get_administrators(call: Call) -> list[Json]:
    """getChatAdministrators: the bots among them are the asking one only."""
    chat = _group(call, "there are no administrators in the private chat")
    return [m.api() for m in chat.members.values() if m.admin and (not m.user.is_bot or m.user is call.me)]


def get_member_count(call: Call) -> int:
    """getChatMemberCount."""
    return len(call.chat().users())


def leave_chat(call: Call) -> bool:
    """leaveChat."""
    chat = _group(call, "chat member status can't be changed in private chats")
    call.hub.change_member(chat, call.me, "left", call.me)
    return True


def ban_member(call: Call) -> bool:
    """banChatMember."""
    return _set_status(call, "kicked")


def unban_member(call: Call) -> bool:
    """unbanChatMember: who is a member still is put out."""
    return _set_status(call, "left")


def _set_status(call: Call, status: str) -> bool:
    chat = _group(call, "chat member status can't be changed in private chats")
    call.admin(chat, "not enough rights to restrict/unrestrict chat member")
    member = chat.members.get(call.params.number("user_id"))
    if member is None:
        raise bad("PARTICIPANT_ID_INVALID")
    if member.admin:
        raise bad("user is an administrator of the chat")
    if member.status != status:
        call.hub.change_member(chat, member.user, status, call.me)
    return True


def create_topic(call: Call) -> Json:
    """createForumTopic."""
    chat = _forum(call)
    name = call.params.text("name").strip()
    if not 1 <= len(name) <= 128:
        raise bad("TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_INVALID")
    return {
        "message_thread_id": call.hub.open_topic(chat, call.me, name).id,
        "name": name,
        "icon_color": ICON_COLOR,
    }


def close_topic(call: Call) -> bool:
    """closeForumTopic."""
    return _turn(call, closed=True)


def reopen_topic(call: Call) -> bool:
    """reopenForumTopic."""
    return _turn(call, closed=False)


def _turn(call: Call, *, closed: bool) -> bool:
    chat = _forum(call)
    topic: Topic | None = chat.topics.get(call.params.number("message_thread_id"))
    if topic is None:
        raise bad("message thread not found")
    if topic.closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    call.hub.turn_topic(chat, call.me, topic, closed=closed)
    return True


def _forum(call: Call) -> Chat:
    chat = call.open_chat()
    if not chat.forum:
        raise bad("the chat is not a forum")
    call.admin(chat, "not enough rights to manage topics")
    return chat


def _group(call: Call, refusal: str) -> Chat:
    chat = call.chat()
    if chat.kind == "private":
        raise bad(refusal)
    if not chat.has(call.me.id):
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat


def get_file(call: Call) -> Json:
    """getFile: up to 20 MB, as at Telegram."""
    file = call.hub.files.get(call.params.text("file_id"))
    if file is None:
        raise bad("invalid file_id")
    if len(file.data) > 20 * 1024 * 1024:
        raise bad("file is too big")
    unique = file.id[-12:]
    return {"file_id": file.id, "file_unique_id": unique, "file_size": len(file.data), "file_path": file.path}


METHODS: dict[str, Method] = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_administrators,
    "getChatMemberCount": get_member_count,
    "leaveChat": leave_chat,
    "banChatMember": ban_member,
    "unbanChatMember": unban_member,
    "createForumTopic": create_topic,
    "closeForumTopic": close_topic,
    "reopenForumTopic": reopen_topic,
    "getFile": get_file,
}
