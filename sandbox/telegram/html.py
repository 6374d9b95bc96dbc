"""parse_mode HTML: to text with entities, and back to HTML that a page may show as it is.

Offsets of entities are UTF-16 code units, offsets in errors are UTF-8 bytes.
"""

import html
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.errors import bad

__all__ = ["LINK", "Entity", "parse", "safe_html", "units"]

Entity = dict[str, Any]

PLAIN = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
TAGS = {*PLAIN, "a", "span", "tg-emoji", "tg-time"}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}  # no others, as the Bot API says
REFERENCE = re.compile(r"&(?:#(\d{1,8}|x[0-9a-fA-F]{1,8})|(lt|gt|amp|quot));?")
TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
NAME = re.compile(r"[^\s>]*")
ATTRIBUTE = re.compile(r"[^\s=>]*")
SPACE = re.compile(r"\s*")
TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
LINK = re.compile(r"(https?|tg|ton|mailto|tel):", re.IGNORECASE)


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) + sum(letter > "\uffff" for letter in text)


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    start: int  # in units
    place: int  # in pieces


@dataclass(slots=True)
class _Reader:
    source: str
    at: int = 0
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    opened: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def error(self, text: str, at: int | None = None, more: str = "") -> Exception:
        where = "" if at is None else f" at byte offset {len(self.source[:at].encode())}"
        return bad(f"can't parse entities: {text}{where}{more}")

    def add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += units(text)

    def take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.source, self.at)
        text = found[0] if found else ""
        self.at += len(text)
        return text

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]


def parse(source: str) -> tuple[str, list[Entity]]:
    """Text and entities of a marked-up text. Raises ApiError `can't parse entities: ...`."""
    reader = _Reader(source)
    while reader.at < len(source):
        following = source.find("<", reader.at)
        following = len(source) if following < 0 else following
        reader.add(_unescape(source[reader.at : following]))
        reader.at = following
        if following < len(source):
            (_end_tag if source.startswith("</", following) else _start_tag)(reader)
    if reader.opened:
        raise reader.error(f'Can\'t find end tag corresponding to start tag "{reader.opened[-1].tag}"')
    entities = sorted(reader.entities, key=_outer_first)
    return "".join(reader.pieces), entities


def _outer_first(entity: Entity) -> tuple[int, int, bool]:
    """Where a quote and something in it span the same text, the quote is outside."""
    return entity["offset"], -entity["length"], "blockquote" not in entity["type"]


def _unescape(text: str) -> str:
    return REFERENCE.sub(_reference, text) if "&" in text else text


def _reference(found: re.Match[str]) -> str:
    if found[2]:
        return NAMED[found[2]]
    code = int(found[1][1:], 16) if found[1].startswith("x") else int(found[1])
    usable = 0 < code < 0x110000 and not 0xD800 <= code <= 0xDFFF
    return chr(code) if usable else found[0]


def _start_tag(reader: _Reader) -> None:
    begin = reader.at
    reader.at += 1
    tag = reader.take(NAME).lower()
    if not reader.peek():
        raise reader.error("Unclosed start tag", begin)
    if tag not in TAGS:
        raise reader.error(f'Unsupported start tag "{tag}"', begin)
    attributes: dict[str, str] = {}
    while True:
        reader.take(SPACE)
        if reader.peek() == ">":
            break
        name, value = _attribute(reader, tag, begin)
        attributes[name] = value
    reader.at += 1
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise reader.error('Tag "span" must have class "tg-spoiler"', begin)
    reader.opened.append(_Open(tag, attributes, reader.length, len(reader.pieces)))


def _attribute(reader: _Reader, tag: str, begin: int) -> tuple[str, str]:
    name = reader.take(ATTRIBUTE).lower()
    reader.take(SPACE)
    if not reader.peek():
        raise reader.error("Unclosed start tag", begin)
    if not name:
        raise reader.error(f'Empty attribute name in the tag "{tag}"', begin)
    if reader.peek() != "=":
        if tag == "blockquote" and name == "expandable":
            return name, ""
        raise reader.error(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin)
    reader.at += 1
    reader.take(SPACE)
    value = _value(reader, begin)
    if not reader.peek():
        raise reader.error("Unclosed start tag", begin)
    return name, value


def _value(reader: _Reader, begin: int) -> str:
    quote = reader.peek()
    if quote not in {"'", '"'}:
        token_at = reader.at
        token = reader.take(TOKEN).lower()
        if reader.peek() and not reader.peek().isspace() and reader.peek() != ">":
            raise reader.error("Unexpected end of name token", token_at)
        return token
    end = reader.source.find(quote, reader.at + 1)
    if end < 0:
        raise reader.error("Unclosed start tag", begin)
    value = reader.source[reader.at + 1 : end]
    reader.at = end + 1
    return _unescape(value)


def _end_tag(reader: _Reader) -> None:
    begin = reader.at
    if not reader.opened:
        raise reader.error("Unexpected end tag", begin)
    reader.at += 2
    tag = reader.take(NAME).lower()
    reader.take(SPACE)
    if reader.peek() != ">":
        raise reader.error("Unclosed end tag", begin)
    reader.at += 1
    opened = reader.opened.pop()
    if tag and tag != opened.tag:
        raise reader.error("Unmatched end tag", begin, f', expected "</{opened.tag}>", found "</{tag}>"')
    if reader.length > opened.start:
        inner = "".join(reader.pieces[opened.place :])
        found = _entity(reader, opened, inner)
        if found:
            reader.entities.append({**found, "offset": opened.start, "length": reader.length - opened.start})


def _entity(reader: _Reader, opened: _Open, inner: str) -> Entity | None:
    made = SPECIAL.get(opened.tag)
    if made:
        return made(reader, opened, inner)
    return {"type": "spoiler" if opened.tag == "span" else PLAIN[opened.tag]}


def _link(_reader: _Reader, opened: _Open, inner: str) -> Entity | None:
    url = (opened.attributes.get("href") or inner).strip()
    if LINK.match(url):
        return {"type": "text_link", "url": url}
    # a bare host is a web address for Telegram; anything else is no link at all and is shown as text
    bare = re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?", url)
    return {"type": "text_link", "url": f"http://{url}"} if bare else None


def _quote(_reader: _Reader, opened: _Open, _inner: str) -> Entity:
    return {"type": "expandable_blockquote" if "expandable" in opened.attributes else "blockquote"}


def _code(reader: _Reader, opened: _Open, _inner: str) -> Entity | None:
    language = opened.attributes.get("class", "").removeprefix("language-")
    around = reader.opened[-1] if reader.opened else None
    if around and around.tag == "pre":
        around.attributes.setdefault("language", language)
        return None
    return {"type": "code"}


def _pre(_reader: _Reader, opened: _Open, _inner: str) -> Entity:
    language = opened.attributes.get("language")
    return {"type": "pre", "language": language} if language else {"type": "pre"}


def _emoji(_reader: _Reader, opened: _Open, _inner: str) -> Entity | None:
    emoji = opened.attributes.get("emoji-id", "")
    return {"type": "custom_emoji", "custom_emoji_id": emoji} if emoji.isdecimal() else None


def _time(reader: _Reader, opened: _Open, _inner: str) -> Entity:
    unix = opened.attributes.get("unix", "")
    if not re.fullmatch(r"\d{1,10}", unix, re.ASCII):
        raise reader.error("Invalid date specified in the tag tg-time")
    shape = opened.attributes.get("format", "")
    if not TIME_FORMAT.fullmatch(shape):
        raise reader.error("Invalid date format specified in the tag tg-time")
    entity: Entity = {"type": "date_time", "unix_time": int(unix)}
    return entity | {"date_time_format": shape} if shape else entity


SPECIAL: dict[str, Callable[[_Reader, _Open, str], Entity | None]] = {
    "a": _link, "blockquote": _quote, "code": _code, "pre": _pre, "tg-emoji": _emoji, "tg-time": _time,
}  # fmt: skip

SHOWN = {
    "bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code", "pre": "pre",
    "spoiler": "tg-spoiler", "blockquote": "blockquote", "expandable_blockquote": "blockquote",
    "text_link": "a", "url": "a", "date_time": "tg-time",
}  # fmt: skip


def safe_html(text: str, entities: list[Entity]) -> str:
    """The text as HTML of harmless tags only, properly nested whatever the entities overlap."""
    wide = text.encode("utf-16-le", "surrogatepass")
    size = len(wide) // 2
    shown = [(entity, *_tags(entity, wide)) for entity in entities if entity["type"] in SHOWN]
    edges = {0, size}
    for entity, _, _ in shown:
        edges |= {entity["offset"], entity["offset"] + entity["length"]}
    marks = sorted(edge for edge in edges if 0 <= edge <= size)
    out: list[str] = []
    opened: list[_Shown] = []
    for start, end in itertools.pairwise(marks):
        active = [one for one in shown if _covers(one[0], start, end)]
        _switch(out, opened, active)
        out.append(html.escape(wide[2 * start : 2 * end].decode("utf-16-le", "replace")))
        opened = active
    _switch(out, opened, [])
    return "".join(out)


_Shown = tuple[Entity, str, str]  # with its start tag and its end tag


def _covers(entity: Entity, start: int, end: int) -> bool:
    return bool(entity["offset"] <= start and end <= entity["offset"] + entity["length"])


def _switch(out: list[str], old: list[_Shown], new: list[_Shown]) -> None:
    common = 0
    while common < min(len(old), len(new)) and old[common] is new[common]:
        common += 1
    out.extend(end for _, _, end in reversed(old[common:]))
    out.extend(start for _, start, _ in new[common:])


def _tags(entity: Entity, wide: bytes) -> tuple[str, str]:
    tag = SHOWN[entity["type"]]
    given: dict[str, Any] = {}
    if tag == "a":
        inner = wide[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])]
        url = entity.get("url") or inner.decode("utf-16-le", "replace")
        given["href"] = url if LINK.match(url) else f"http://{url}"
    elif tag == "tg-time":
        given = {"unix": entity["unix_time"], "format": entity.get("date_time_format", "")}
    shown = "".join(f' {name}="{html.escape(str(value))}"' for name, value in given.items())
    more = " expandable" if entity["type"] == "expandable_blockquote" else ""
    return f"<{tag}{shown}{more}>", f"</{tag}>"
