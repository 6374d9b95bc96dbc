"""Finding what is wrong with texts: inside the Fluent files, and between them and the code that uses them."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from itertools import product

from babel import Locale
from fluent.syntax import ast as ftl
from fluent.syntax import parse

from sandbox.telegram import html
from sandbox.telegram.errors import ApiError

TAG = re.compile(r"</?([a-z-]+)[^>]*>")
BARE_AMPERSAND = re.compile(r"&(?!(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)")
CATEGORIES = {"zero", "one", "two", "few", "many", "other"}

Language = Mapping[str, ftl.Message]
"""A language's messages by key."""


def read(sources: Iterable[str]) -> tuple[dict[str, ftl.Message], list[str]]:
    """A language's messages, and what is wrong with its files as Fluent."""
    messages: dict[str, ftl.Message] = {}
    problems = []
    for source in sources:
        for entry in parse(source).body:
            if isinstance(entry, ftl.Junk):
                problems.append(f"not Fluent: {(entry.content or '').strip()[:60]}")
            elif isinstance(entry, ftl.Message):
                if entry.id.name in messages:
                    problems.append(f"{entry.id.name}: twice")
                if entry.value is None or entry.attributes:
                    problems.append(f"{entry.id.name}: has attributes, or no text")
                messages[entry.id.name] = entry
            elif not isinstance(entry, ftl.BaseComment):
                problems.append(f"{entry.id.name}: a term, which nobody here uses")
    return messages, problems


# Inside one text.


def nodes(node: object) -> Iterator[ftl.BaseNode]:
    """This node and all below it."""
    if isinstance(node, ftl.BaseNode):
        yield node
        for child in vars(node).values():
            yield from nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from nodes(child)


def variables(message: ftl.Message) -> set[str]:
    """The names of all variables, selectors included."""
    return {node.id.name for node in nodes(message) if isinstance(node, ftl.VariableReference)}


def variants(message: ftl.Message, samples: Mapping[str, str]) -> list[str]:
    """Every text that this message can become. Raises KeyError for a variable without a sample."""
    return [] if message.value is None else list(_expand(message.value, samples))


def _expand(pattern: ftl.Pattern, samples: Mapping[str, str]) -> Iterator[str]:
    for parts in product(*(list(_element(element, samples)) for element in pattern.elements)):
        yield "".join(parts)


def _element(element: ftl.TextElement | ftl.Placeable, samples: Mapping[str, str]) -> Iterator[str]:
    if isinstance(element, ftl.TextElement):
        yield element.value or ""
        return
    match element.expression:
        case ftl.VariableReference(id=identifier):
            yield samples[identifier.name]
        case ftl.SelectExpression(variants=several):
            for variant in several:
                yield from _expand(variant.value, samples)
        case ftl.StringLiteral() as literal:
            yield str(literal.parse()["value"])
        case other:
            raise TypeError(f"{type(other).__name__} is nothing that texts here use")


def plural_problems(language: str, messages: Language) -> list[str]:
    """Selectors by count that lack a form which the language has, or have one which it lacks."""
    needed = set(Locale.parse(language).plural_form.tags) | {"other"}
    problems = []
    for key, message in messages.items():
        for node in nodes(message):
            if not isinstance(node, ftl.SelectExpression):
                continue
            forms = {one.key.name for one in node.variants if isinstance(one.key, ftl.Identifier)}
            if not forms <= CATEGORIES:
                problems.append(f"{key}: unknown forms {sorted(forms - CATEGORIES)}")
            elif forms - {"other"} and forms != needed:
                problems.append(f"{key}: has {sorted(forms)}, the language has {sorted(needed)}")
    return problems


# HTML.


def html_problem(text: str) -> str | None:
    """Why Telegram would not take this text, if so."""
    try:
        html.parse(text)
    except ApiError as error:
        return str(error)
    bare = BARE_AMPERSAND.search(text)
    return f"bare & in {text[bare.start() : bare.start() + 20]!r}" if bare else None


def html_problems(messages: Language, samples: Mapping[str, str]) -> list[str]:
    """Texts that Telegram would refuse."""
    return [
        f"{key}: {problem}"
        for key, message in messages.items()
        for text in variants(message, samples)
        if (problem := html_problem(text))
    ]


def _tags(message: ftl.Message, samples: Mapping[str, str]) -> set[frozenset[tuple[str, int]]]:
    return {
        frozenset(Counter(TAG.findall(text.replace("\n", ""))).items()) for text in variants(message, samples)
    }


# Between languages.


def compare(reference: Language, other: Language, samples: Mapping[str, str]) -> list[str]:
    """What another language lacks, has too much, or does otherwise than the reference."""
    problems = [f"{key}: missing" for key in reference.keys() - other.keys()]
    problems += [f"{key}: surplus" for key in other.keys() - reference.keys()]
    for key in reference.keys() & other.keys():
        here, there = variables(reference[key]), variables(other[key])
        if here != there:
            problems.append(f"{key}: variables {sorted(there)}, should be {sorted(here)}")
        elif _tags(reference[key], samples) != _tags(other[key], samples):
            problems.append(f"{key}: other HTML tags")
    return sorted(problems)


# Lengths, and texts that are shown without markup.


@dataclass(frozen=True)
class Shape:
    """Texts whose keys begin so are shown plain, and have at most so many characters."""

    prefixes: tuple[str, ...]
    most: int


def shape_problems(
    messages: Language, shapes: Iterable[Shape], samples: Mapping[str, str], plain: Iterable[str] = ()
) -> list[str]:
    """Buttons, toasts and the like that are too long or have markup. `plain`: further keys shown plain."""
    plain = set(plain)
    problems = []
    for key, message in messages.items():
        most = min((shape.most for shape in shapes if key.startswith(shape.prefixes)), default=None)
        for text in variants(message, samples):
            if (most is not None or key in plain) and TAG.search(text):
                problems.append(f"{key}: markup where none is shown")
            if most is not None and len(unescape(text)) > most:
                problems.append(f"{key}: {len(unescape(text))} characters, at most {most}")
    return problems


# Between texts and code.


@dataclass(frozen=True)
class Call:
    """One place in the code that asks for a text."""

    where: str
    keys: tuple[str, ...]
    """Keys that are written there."""
    patterns: tuple[re.Pattern[str], ...]
    """Keys that are put together there."""
    names: frozenset[str]
    """What it passes."""
    plain: bool


@dataclass(slots=True)
class Code:
    """What the code says about texts."""

    calls: list[Call] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    """Every string in it: some of them are keys on their way to a call."""


def scan(sources: Mapping[str, str]) -> Code:
    """All calls `t("key", name=...)`, `t.plain("key")`, and letters `args={"text": "key", ...}`."""
    code = Code()
    for name, source in sources.items():
        tree = ast.parse(source)
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        code.words |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        }
        seen: set[int] = set()
        for scope in reversed([node for node in ast.walk(tree) if isinstance(node, _SCOPES)]):  # inner first
            for node in ast.walk(scope):
                if isinstance(node, ast.Call) and id(node) not in seen:
                    seen.add(id(node))
                    code.calls.extend(_calls(f"{name}:{node.lineno}", node, scope))
    return code


_SCOPES = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)


def _calls(where: str, node: ast.Call, scope: ast.AST) -> Iterator[Call]:
    called = node.func
    is_text = (isinstance(called, ast.Name) and called.id == "t") or (
        isinstance(called, ast.Attribute) and called.attr in {"t", "plain"}
    )
    if is_text and node.args:
        keys, patterns = _resolve(node.args[0], scope)
        names = frozenset(keyword.arg for keyword in node.keywords if keyword.arg)
        plain = isinstance(called, ast.Attribute) and called.attr == "plain"
        yield Call(where, tuple(keys), tuple(patterns), names, plain)
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    letter = given.get("args")
    if isinstance(letter, ast.Dict) and "order_id" not in given:  # an order's letter has its own view
        pairs = {
            key.value: value
            for key, value in zip(letter.keys, letter.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
        if "text" in pairs:
            keys, patterns = _resolve(pairs["text"], scope)
            yield Call(where, tuple(keys), tuple(patterns), frozenset(pairs) - {"text"}, plain=False)


def _resolve(node: ast.expr, scope: ast.AST) -> tuple[list[str], list[re.Pattern[str]]]:
    """Keys and patterns of keys that this expression can be."""
    match node:
        case ast.Constant(value=str(key)):
            return [key], []
        case ast.JoinedStr(values=parts):
            pieces = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in parts]
            return [], [re.compile("".join(pieces))]
        case ast.IfExp(body=body, orelse=orelse):
            found = [_resolve(body, scope), _resolve(orelse, scope)]
        case ast.Name(id=name):
            found = [
                _resolve(assigned.value, scope)
                for assigned in ast.walk(scope)
                if isinstance(assigned, ast.Assign)
                and any(isinstance(target, ast.Name) and target.id == name for target in assigned.targets)
            ]
        case _:
            found = []
    return [key for keys, _ in found for key in keys], [one for _, patterns in found for one in patterns]


def missing(messages: Language, code: Code, made: Iterable[str]) -> list[str]:
    """Keys that the code asks for, or makes out of data (`made`), without a text."""
    problems = [f"{key}: no text, made from data" for key in made if key not in messages]
    for call in code.calls:
        problems += [f"{key}: no text, {call.where}" for key in call.keys if key not in messages]
        problems += [
            f"{pattern.pattern}: no text at all, {call.where}"
            for pattern in call.patterns
            if not any(pattern.fullmatch(key) for key in messages)
        ]
    return sorted(set(problems))


def unused(messages: Language, code: Code, made: Iterable[str]) -> list[str]:
    """Texts that nobody asks for."""
    return sorted(messages.keys() - code.words - set(made))


def unpassed(messages: Language, code: Code, elsewhere: Mapping[str, set[str]]) -> list[str]:
    """Variables that the code does not pass. `elsewhere`: what is passed where no scan can see it.

    Every call that writes the key passes them all; of those that put it together, one at least.
    """
    problems = []
    for key, message in messages.items():
        wanted = variables(message) - elsewhere.get(key, set())
        written = [wanted - call.names for call in code.calls if key in call.keys]
        made = [wanted - call.names for call in code.calls if any(p.fullmatch(key) for p in call.patterns)]
        lacking = set().union(*written) if written else min(made, key=len, default=wanted)
        problems += [f"{key}: ${name} is not passed" for name in sorted(lacking)]
    return problems
