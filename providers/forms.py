"""The fields of a form, in whichever of the ways it was posted."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from providers.shape import BadShape, need_map, parse_json

MOST_FIELDS = 50

_BOUNDARY = re.compile(r'boundary="?([^";\s]{1,70})')
_NAME = re.compile(rb'[;\s]name=(?:"([^"\r\n]{1,100})"|([^";\s]{1,100}))')
"""Of a part: with or without quotes."""


def fields_of(body: bytes, content_type: str) -> Mapping[str, Any]:
    """The first value of each field. What says nothing of its kind is read as a form of the plain kind.

    Raises BadShape.
    """
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "application/json":
            return need_map(parse_json(body))
        if kind == "multipart/form-data":
            return _parts(body, content_type)
        return {key: values[0] for key, values in parse_qs(body.decode(), max_num_fields=MOST_FIELDS).items()}
    except ValueError as error:  # no UTF-8, too many fields; BadShape is one too
        raise BadShape("no form") from error


def _parts(body: bytes, content_type: str) -> dict[str, str]:
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise BadShape("no boundary")
    _, *parts = body.split(b"--" + boundary[1].encode(), MOST_FIELDS + 1)
    fields: dict[str, str] = {}
    for part in parts[:MOST_FIELDS]:
        head, _, value = part.partition(b"\r\n\r\n")
        if name := _NAME.search(head):
            fields.setdefault((name[1] or name[2]).decode(), value.removesuffix(b"\r\n").decode())
    return fields
