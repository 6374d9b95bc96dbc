"""Methods that send: text, files, forwards, copies, the sign of typing."""

import secrets
import struct
from typing import Any

from sandbox.telegram import markup
from sandbox.telegram.bots import StoredFile
from sandbox.telegram.call import Call, Method
from sandbox.telegram.errors import bad, forbidden
from sandbox.telegram.params import Params, Upload
from sandbox.telegram.state import Chat, Json, Message, User
from sandbox.telegram.texts import MAX_CAPTION, MAX_TEXT, formatted

__all__ = ["METHODS"]

WITHOUT_ADMIN = 15.0  # seconds after a press in which any bot may send an ephemeral message
ACTIONS = frozenset(
    {
        *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"),
        *("upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"),
    }
)
MAX_PHOTO = 10 * 1024 * 1024


def send_message(call: Call) -> Json:
    """sendMessage."""
    chat = call.open_chat()
    text, entities = formatted(call.params, "text", MAX_TEXT)
    if not text:
        raise bad("message text is empty")
    return _send(call, chat, {"text": text, "entities": entities} if entities else {"text": text})


def send_document(call: Call) -> Json:
    """sendDocument."""
    chat = call.open_chat()
    file = _file(call, "document")
    document = {"file_name": file.name, "mime_type": file.mime, **_file_fields(file)}
    return _send(call, chat, {"document": document} | _caption(call))


def send_photo(call: Call) -> Json:
    """sendPhoto."""
    chat = call.open_chat()
    file = _file(call, "photo")
    if len(file.data) > MAX_PHOTO:
        raise bad("file is too big")
    width, height = _size(file.data)
    return _send(
        call, chat, {"photo": [_file_fields(file) | {"width": width, "height": height}]} | _caption(call)
    )


def forward_message(call: Call) -> Json:
    """forwardMessage."""
    chat, original = call.open_chat(), _original(call, "forward")
    origin = {"type": "user", "sender_user": original.sender.api(), "date": original.date}
    return _send(call, chat, original.body | {"forward_origin": origin})


def copy_message(call: Call) -> Json:
    """copyMessage."""
    chat, original = call.open_chat(), _original(call, "copy")
    body = {key: value for key, value in original.body.items() if key != "forward_origin"}
    if "caption" in call.params and "text" not in body:
        body |= _caption(call)
    return {"message_id": _send(call, chat, body)["message_id"]}


def send_chat_action(call: Call) -> bool:
    """sendChatAction."""
    chat = call.open_chat()
    if call.params.text("action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    call.thread(chat)
    for user in chat.users():
        call.hub.tell(user, chat, {"type": "typing"})
    return True


def _send(call: Call, chat: Chat, body: Json) -> Json:
    inline, prompt = markup.split(call.params)
    reply_to = _reply(call, chat)
    more: dict[str, Any] = {
        "thread": call.thread(chat, reply_to),
        "reply_to": reply_to,
        "markup": inline,
        "prompt": prompt,
        "effect": _effect(call, chat),
        "protected": call.params.flag("protect_content"),
        "preview": call.params.json("link_preview_options", dict, "link preview options"),
    }
    more |= _ephemeral(call, chat, reply_to)
    call.hub.limits.check(call.me.id, chat)
    return call.hub.post(chat, call.me, body, **more).api()


def _reply(call: Call, chat: Chat) -> Message | None:
    wish = call.params.json("reply_parameters", dict, "reply parameters")
    if wish is None and "reply_to_message_id" in call.params:
        wish = {"message_id": call.params.number("reply_to_message_id")}
        wish["allow_sending_without_reply"] = call.params.flag("allow_sending_without_reply")
    if not wish:
        return None
    given = Params(wish)
    if "ephemeral_message_id" in given:
        number = given.number("ephemeral_message_id")
        message = next((one for one in chat.ephemerals.values() if one.ephemeral == number), None)
    else:
        message = chat.messages.get(given.number("message_id"))
    if message is None and not given.flag("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return message


def _effect(call: Call, chat: Chat) -> str | None:
    effect = call.params.text("message_effect_id")
    if effect and chat.kind != "private":
        raise bad("EFFECT_ID_INVALID")
    return effect or None


def _ephemeral(call: Call, chat: Chat, reply_to: Message | None) -> Json:
    wish = call.params.json("ephemeral_message_parameters", dict, "ephemeral message parameters")
    if wish is None and "receiver_user_id" in call.params:
        wish = call.params.values  # as it was written before Bot API 10.3
    if wish is None:
        return {}
    if chat.kind == "private":
        raise bad("ephemeral messages can be sent only to groups and supergroups")
    given = Params(wish)
    receiver = call.hub.people.get(given.number("receiver_user_id"))
    if receiver is None or not chat.has(receiver.id):
        raise bad("USER_NOT_PARTICIPANT")
    pressed = _pressed(call, chat, receiver, given.text("callback_query_id"))
    if not (pressed or chat.rules(call.me.id) or _just_asked(call, receiver, reply_to)):
        raise forbidden("not enough rights to send ephemeral messages to the chat")
    replaces = pressed if given.flag("replace_callback_query_message") else None
    if replaces and replaces.ephemeral:
        raise bad("ephemeral messages can't be replaced, edit them")
    return {"receiver": receiver, "replaces": replaces}


def _just_asked(call: Call, receiver: User, reply_to: Message | None) -> bool:
    if reply_to is None or not reply_to.ephemeral or reply_to.sender is not receiver:
        return False
    return call.hub.now() - reply_to.date <= WITHOUT_ADMIN


def _pressed(call: Call, chat: Chat, receiver: User, query_id: str) -> Message | None:
    query = call.hub.queries.get(query_id)
    if (
        query is None
        or query.bot is not call.bot
        or query.user is not receiver
        or query.message.chat is not chat
    ):
        return None
    return query.message if call.hub.now() - query.at <= WITHOUT_ADMIN else None


def _caption(call: Call) -> Json:
    caption, entities = formatted(call.params, "caption", MAX_CAPTION)
    if not caption:
        return {}
    return {"caption": caption, "caption_entities": entities} if entities else {"caption": caption}


def _original(call: Call, what: str) -> Message:
    message = call.message(call.chat("from_chat_id"), f"message to {what} not found")
    if message.protected or not message.body.keys() & {"text", "document", "photo"}:
        raise bad(f"message can't be {'forwarded' if what == 'forward' else 'copied'}")
    return message


def _file(call: Call, field: str) -> StoredFile:
    upload = call.params.upload(field)
    if upload is None:
        known = call.hub.files.get(call.params.text(field))
        if known is None:
            raise bad(f"there is no {field} in the request" if field not in call.params else _NO_FILE)
        return known
    if not upload.data:
        raise bad("file must be non-empty")
    return _store(call, field, upload)


_NO_FILE = "wrong remote file identifier specified: Wrong string length"


def _store(call: Call, kind: str, upload: Upload) -> StoredFile:
    file_id = f"BQAC{secrets.token_urlsafe(24)}"
    path = f"{kind}s/file_{len(call.hub.files)}" + (
        f".{upload.name.rpartition('.')[2]}" if "." in upload.name else ""
    )
    stored = StoredFile(file_id, path, upload.name or "file", upload.mime, upload.data)
    call.hub.files[file_id] = stored
    return stored


def _file_fields(file: StoredFile) -> Json:
    return {"file_id": file.id, "file_unique_id": file.id[-12:], "file_size": len(file.data)}


def _size(data: bytes) -> tuple[int, int]:
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    if data[:2] == b"\xff\xd8":
        return 800, 600  # nobody here looks into a JPEG
    raise bad("IMAGE_PROCESS_FAILED")


METHODS: dict[str, Method] = {
    "sendMessage": send_message,
    "sendDocument": send_document,
    "sendPhoto": send_photo,
    "forwardMessage": forward_message,
    "copyMessage": copy_message,
    "sendChatAction": send_chat_action,
}
