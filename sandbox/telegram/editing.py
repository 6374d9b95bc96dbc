"""Methods that change or take away what was sent."""

from collections.abc import Callable

from sandbox.telegram import markup
from sandbox.telegram.call import Call, Method
from sandbox.telegram.errors import bad
from sandbox.telegram.state import Chat, Json, Message
from sandbox.telegram.texts import MAX_CAPTION, MAX_TEXT, formatted

__all__ = ["METHODS"]

DELETABLE = 48 * 3600.0  # seconds
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)
Change = Callable[[Call, Message], None]


def edit_message(change: Change) -> Method:
    """A method that edits a message of the bot; answers with the message."""

    def edit(call: Call) -> Json:
        chat = call.open_chat()
        message = call.message(chat, "message to edit not found")
        if message.sender is not call.me:
            raise bad("message can't be edited")
        _apply(call, chat, message, change)
        return message.api()

    return edit


def edit_ephemeral(change: Change) -> Method:
    """A method that edits an ephemeral message of the bot; answers True."""

    def edit(call: Call) -> bool:
        chat = call.open_chat()
        message = call.ephemeral(chat, "message to edit not found")
        if message.sender is not call.me:
            raise bad("message can't be edited")
        _apply(call, chat, message, change)
        return True

    return edit


def _apply(call: Call, chat: Chat, message: Message, change: Change) -> None:
    before = message.content
    try:
        change(call, message)
        # what comes without a keyboard loses the one it had
        message.markup = markup.inline_of(call.params)
        _check_change(call, chat, changed=message.content != before)
    except Exception:
        message.body, message.markup, message.preview = before
        raise
    call.hub.edited(message)


def _check_change(call: Call, chat: Chat, *, changed: bool) -> None:
    if not changed:
        raise bad(NOT_MODIFIED)
    call.hub.limits.check(call.me.id, chat, edit=True)


def _text(call: Call, message: Message) -> None:
    if "text" not in message.body:
        raise bad("there is no text in the message to edit")
    text, entities = formatted(call.params, "text", MAX_TEXT)
    if not text:
        raise bad("message text is empty")
    message.body = {key: value for key, value in message.body.items() if key not in {"text", "entities"}}
    message.body |= {"text": text, "entities": entities} if entities else {"text": text}
    message.preview = call.params.json("link_preview_options", dict, "link preview options")


def _caption(call: Call, message: Message) -> None:
    if "document" not in message.body and "photo" not in message.body:
        raise bad("there is no caption in the message to edit")
    caption, entities = formatted(call.params, "caption", MAX_CAPTION)
    message.body = {key: value for key, value in message.body.items() if not key.startswith("caption")}
    if caption:
        message.body |= (
            {"caption": caption, "caption_entities": entities} if entities else {"caption": caption}
        )


def _nothing(_call: Call, _message: Message) -> None:
    """Only the keyboard changes."""


def delete_message(call: Call) -> bool:
    """deleteMessage."""
    chat = call.chat()
    message = call.message(chat, "message to delete not found")
    if refusal := _undeletable(call, chat, message):
        raise bad(refusal)
    call.hub.remove(message)
    return True


def delete_messages(call: Call) -> bool:
    """deleteMessages: what can't be deleted is passed over."""
    chat = call.chat()
    ids = call.params.json("message_ids", list, "message identifiers")
    if not ids or not all(isinstance(one, int) for one in ids):
        raise bad("message identifiers are not specified")
    if len(ids) > 100:
        raise bad("too many message identifiers specified")
    for message_id in ids:
        message = chat.messages.get(message_id)
        if message and not _undeletable(call, chat, message):
            call.hub.remove(message)
    return True


def delete_ephemeral(call: Call) -> bool:
    """deleteEphemeralMessage."""
    call.hub.remove(call.ephemeral(call.chat(), "message to delete not found"))
    return True


def _undeletable(call: Call, chat: Chat, message: Message) -> str | None:
    rules = chat.rules(call.me.id)
    if message.sender is not call.me and chat.kind != "private" and not rules:
        return "message can't be deleted"
    if call.hub.now() - message.date > DELETABLE and not (rules and chat.kind == "supergroup"):
        return "message can't be deleted for everyone"
    return None


def pin_message(call: Call) -> bool:
    """pinChatMessage."""
    chat = call.open_chat()
    message = call.message(chat, "message to pin not found")
    call.admin(chat, "not enough rights to manage pinned messages in the chat")
    if chat.pinned is not message:
        chat.pinned = message
        call.hub.post(chat, call.me, {"pinned_message": message.api(deep=False)})
    return True


def unpin_message(call: Call) -> bool:
    """unpinChatMessage."""
    chat = call.open_chat()
    call.admin(chat, "not enough rights to manage pinned messages in the chat")
    if "message_id" in call.params and chat.pinned is not chat.messages.get(call.params.number("message_id")):
        raise bad("message to unpin not found")
    chat.pinned = None
    return True


METHODS: dict[str, Method] = {
    "editMessageText": edit_message(_text),
    "editMessageCaption": edit_message(_caption),
    "editMessageReplyMarkup": edit_message(_nothing),
    "editEphemeralMessageText": edit_ephemeral(_text),
    "editEphemeralMessageCaption": edit_ephemeral(_caption),
    "editEphemeralMessageReplyMarkup": edit_ephemeral(_nothing),
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "deleteEphemeralMessage": delete_ephemeral,
    "pinChatMessage": pin_message,
    "unpinChatMessage": unpin_message,
    "unpinAllChatMessages": unpin_message,
}
