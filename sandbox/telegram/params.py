"""Parameters of a call, from a query, a form, a multipart body or JSON: the same call in all four."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.telegram.errors import ApiError, bad

__all__ = ["MAX_FILE", "Params", "Upload", "decode", "read_params"]

MAX_FILE = 50 * 1024 * 1024
TRUE = frozenset({"true", "yes", "1", "True"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    mime: str
    data: bytes


class Params:
    """What was asked, with getters that read a value as the method means it."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, Upload] | None = None) -> None:
        self.values = dict(values)
        self.files = dict(files or {})

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """A string. Lone surrogates, which JSON can carry, are no UTF-8."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, dict | list | bool):
            value = json.dumps(value)
        value = str(value)
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise bad("strings must be encoded in UTF-8")
        return value

    def number(self, name: str, default: int = 0) -> int:
        """An integer; what is none reads as the default, as at Telegram."""
        try:
            return int(str(self.values.get(name, default)))
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.values.get(name)
        return value if isinstance(value, bool) else str(value) in TRUE

    def json(self, name: str, kind: type[Any], what: str) -> Any:
        """An object or a list, as JSON or as text that holds JSON; None if it is not given."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise bad(f"can't parse {what} JSON object") from None
        if not isinstance(value, kind):
            raise bad(f"object expected as {what}" if kind is dict else f"can't parse {what} JSON object")
        return value

    def upload(self, name: str) -> Upload | None:
        """The file of a field, sent in it or attached under another name."""
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            name = value.removeprefix("attach://")
        return self.files.get(name)

    def loggable(self) -> dict[str, Any]:
        """All values, files by their names."""
        return self.values | {
            key: f"<{file.name}: {len(file.data)} bytes>" for key, file in self.files.items()
        }


async def read_params(request: web.Request) -> Params:
    """All parameters of a request. A body wins over the query."""
    try:
        body = await request.read() if request.can_read_body else b""
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    found = decode(request.headers.get("Content-Type", ""), body)
    return Params({**request.query, **found.values}, found.files)


def decode(content_type: str, body: bytes) -> Params:
    """The parameters in a body. Raises ApiError if it is not what its type says."""
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return Params({})
    if kind == "application/json":
        return Params(_json_object(body))
    if kind == "multipart/form-data":
        return _multipart(content_type, body)
    if kind == "application/x-www-form-urlencoded":
        return Params(dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True)))
    return Params({})


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        raise bad("can't parse JSON object") from None
    if not isinstance(found, dict):
        raise bad("JSON object expected")
    return found


def _multipart(content_type: str, body: bytes) -> Params:
    # read at a stroke: aiohttp's streaming reader costs more than all the rest of a call
    boundary = _attribute(content_type, "boundary").encode()
    if not boundary:
        raise bad("boundary is missing")
    values: dict[str, Any] = {}
    files: dict[str, Upload] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        headers = dict(_header(line) for line in head.decode(errors="replace").split("\r\n") if ":" in line)
        disposition = headers.get("content-disposition", "")
        name = _attribute(disposition, "name")
        if "filename" not in disposition:
            values[name] = data.decode(errors="replace")
        elif len(data) > MAX_FILE:
            raise ApiError(413, "Request Entity Too Large")
        else:
            mime = headers.get("content-type", "application/octet-stream")
            files[name] = Upload(_attribute(disposition, "filename"), mime, data)
    return Params(values, files)


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _attribute(header: str, name: str) -> str:
    for piece in header.split(";")[1:]:
        key, _, value = piece.strip().partition("=")
        if key.lower() == name:
            return value.strip('"')
    return ""
