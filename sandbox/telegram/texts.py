"""The text of a message: marked up by the bot, or typed by a person."""

import re
from typing import Any

from sandbox.telegram import html
from sandbox.telegram.errors import bad
from sandbox.telegram.html import Entity, units
from sandbox.telegram.params import Params

__all__ = ["MAX_CAPTION", "MAX_TEXT", "detect", "formatted"]

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_RAW = 32768  # bytes before parsing
MAX_ENTITIES = 100

FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?!\w))"
    r"|(?P<url>https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]])"
    r"|(?P<mention>(?<![\w@/])@[A-Za-z][A-Za-z0-9_]{3,31}(?!\w))",
)
OPAQUE = frozenset({"code", "pre", "text_link", "date_time", "text_mention", "custom_emoji"})
KINDS = frozenset(
    {
        *html.PLAIN.values(),
        *OPAQUE,
        *(
            "expandable_blockquote",
            "mention",
            "hashtag",
            "cashtag",
            "bot_command",
            "url",
            "email",
            "phone_number",
        ),
    }
)


def formatted(params: Params, field: str, limit: int) -> tuple[str, list[Entity]]:
    """Text and entities of a `text` or `caption` as the bot meant them, maybe empty. Raises ApiError."""
    raw = params.text(field)
    if len(raw.encode()) > MAX_RAW:
        raise bad("message is too long" if field == "text" else "message caption is too long")
    mode = params.text("parse_mode").lower()
    if mode == "html":
        text, entities = html.parse(raw)
    elif mode:
        raise bad("unsupported parse_mode")
    else:
        name = "entities" if field == "text" else "caption_entities"
        text, entities = raw, _checked(raw, params.json(name, list, "message entities") or [])
    text, entities = _trimmed(text, entities)
    if len(text) > limit:
        raise bad("message is too long" if field == "text" else "message caption is too long")
    return text, detect(text, entities)[:MAX_ENTITIES]


def detect(text: str, entities: list[Entity] | None = None) -> list[Entity]:
    """The entities and those which Telegram finds by itself: commands, addresses, mentions."""
    given = entities or []
    taken = [(one["offset"], one["offset"] + one["length"]) for one in given if one["type"] in OPAQUE]
    found = []
    for match in FOUND.finditer(text):
        start = units(text[: match.start()])
        length = units(match[0])
        if not any(start < end and begin < start + length for begin, end in taken):
            found.append({"type": str(match.lastgroup), "offset": start, "length": length})
    return sorted(given + found, key=lambda one: (one["offset"], -one["length"])) if found else given


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    text = text.replace("\0", " ")
    bare = text.strip()
    if bare == text:
        return text, entities
    cut = units(text[: len(text) - len(text.lstrip())])
    return bare, [moved for one in entities if (moved := _moved(one, cut, units(bare)))]


def _moved(entity: Entity, cut: int, size: int) -> Entity | None:
    start = max(entity["offset"] - cut, 0)
    end = min(entity["offset"] + entity["length"] - cut, size)
    return entity | {"offset": start, "length": end - start} if end > start else None


def _checked(text: str, entities: list[Any]) -> list[Entity]:
    return [_checked_one(text, entity) for entity in entities if _in_text(text, entity)]


def _checked_one(text: str, entity: Entity) -> Entity:
    if entity["type"] == "text_mention":
        person = entity.get("user")
        name = person.get("id") if isinstance(person, dict) else None
        entity = {**entity, "type": "text_link", "url": f"tg://user?id={name}", "user": None}
    if entity["type"] == "text_link" and not html.LINK.match(str(entity.get("url"))):
        raise bad("entity URL is invalid")
    if entity["type"] == "date_time" and not isinstance(entity.get("unix_time"), int):
        raise bad('field "unix_time" must be of type Number')
    rest = {key: value for key, value in entity.items() if value is not None}
    return rest | {"length": min(entity["length"], units(text) - entity["offset"])}


def _in_text(text: str, entity: Any) -> bool:
    if not isinstance(entity, dict) or str(entity.get("type")) not in KINDS:
        raise bad("can't parse MessageEntity: wrong type specified")
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or isinstance(offset, bool):
        raise bad("can't parse MessageEntity: offset and length must be numbers")
    if offset < 0 or length < 0:
        raise bad("entity begins or ends outside of the text")
    return length > 0 and offset < units(text)
