"""The Fluent files of one language, each text parsed when it is first asked for.

All of them at once take 2.6 MB and 0.3 s of a start. What has no variables needs no bundle either, and so not
yet the 5.5 MB that Babel reads for two languages; the commands that a start tells Telegram are such texts.
"""

import re
from functools import cached_property
from typing import Any

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.resolver import Pattern
from fluent.syntax.ast import Message, TextElement

import locales

_TEXT = re.compile(r"^(?P<key>[A-Za-z][\w-]*) *=.*(?:\n(?![A-Za-z#-]).*)*", re.MULTILINE)
"""A key at the beginning of its line, and all until the next one or a comment. Texts have no attributes and
don't speak of each other: tests/test_locales.py keeps it so.
"""


class Phrases:
    """One language's texts, and no other's."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._sources = {
            found["key"]: found[0] for source in locales.sources(language) for found in _TEXT.finditer(source)
        }
        self._read: dict[str, str | Pattern | None] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._sources

    def text(self, key: str, values: dict[str, Any]) -> tuple[str, list[Exception]] | None:
        """A text with its variables filled in, and what went wrong. None: the language lacks it."""
        if key not in self._read:
            if key not in self._sources:
                return None
            self._read[key] = self._parse(key)
        found = self._read[key]
        if found is None or isinstance(found, str):
            return None if found is None else (found, [])
        text, errors = self._bundle.format_pattern(found, values)
        return str(text), errors

    def _parse(self, key: str) -> str | Pattern | None:
        """What is filled in; of a text without variables what it is; None where there is none after all."""
        resource = FluentResource(self._sources[key])
        patterns = [one.value for one in resource.body if isinstance(one, Message) and one.value]
        if not patterns:
            return None
        words = [part.value for part in patterns[0].elements if isinstance(part, TextElement)]
        if len(words) == len(patterns[0].elements):
            return "".join(words)
        self._bundle.add_resource(resource)
        return self._bundle.get_message(key).value

    @cached_property
    def _bundle(self) -> FluentBundle:
        # No isolation marks: they would be copied with the code.
        return FluentBundle([self.language], use_isolating=False)
