"""Nothing secret is ever written: not in messages, fields, tracebacks or reports, at any level."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import sentry_sdk
import stamina
import structlog
from aiogram.types import Chat, Message, Update, User
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot import log
from bot.redact import HIDDEN, Redactor, is_secret

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
CANARIES = [
    TOKEN,
    "gsk_live_9f8e7d6c5b4a",
    "Zm9vYmFyYmF6cXV4",
    "a/b+c=d?e&f%g",
    "quo\"te'd\\key",
    "пароль-секрет",
    "line\nbreak-key",
    "0123456789abcdef0123456789abcdef",
    "550e8400-e29b-41d4-a716-446655440000",
    "eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
    "correct horse battery staple",
    "<b>key</b>",
    "key{with}braces",
    "(key)",
    "x" * 64,
    "hunter2",
    "p@ssw0rd",
    "sk-AAAA-BBBB-CCCC",
    "G-804036",
    "k3y!",
]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The log at DEBUG in a string, everything put back afterwards."""
    root = logging.getLogger()
    before = root.handlers, root.level, sys.excepthook, threading.excepthook, sys.unraisablehook
    levels = {name: logging.getLogger(name).level for name in log.CHATTY}
    monkeypatch.setattr(log, "redactor", Redactor())
    stream = io.StringIO()
    log.set_up("DEBUG", "json", stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    root.handlers, level, sys.excepthook, threading.excepthook, sys.unraisablehook = before
    root.setLevel(level)


def test_a_read_that_is_repeated_is_no_warning(written: io.StringIO) -> None:
    tries = list[int]()

    @stamina.retry(on=OSError, attempts=2, wait_initial=0, wait_jitter=0)
    def read() -> None:
        tries.append(1)
        if len(tries) < 2:
            raise OSError("down for a moment")

    read()
    (line,) = [json.loads(one) for one in written.getvalue().splitlines()]
    assert (line["level"], line["event"], line["why"]) == ("debug", "retry", "down for a moment")


def clean(value: Any) -> Any:
    return Redactor().value(value)


@dataclass
class Account:
    name: str
    api_key: str


class Carrier:
    """A stranger's object that shows everything."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def __repr__(self) -> str:
        return f"<Carrier of {self.secret} and {self.secret!r}>"


# What was learned is never shown, wherever it stands.


def fail_with(secret: str) -> None:
    local_secret = secret
    nobody: dict[str, str] = {}
    try:
        nobody[local_secret]
    except KeyError as error:
        raise RuntimeError(f"asked with {secret}") from error


def in_exception(secret: str) -> None:
    try:
        fail_with(secret)
    except RuntimeError:
        structlog.get_logger("test").exception("failed", stack_info=True)
        logging.getLogger("test").exception("failed")


def in_group(secret: str) -> None:
    error = ExceptionGroup("several", [ValueError(secret), ValueError(Carrier(secret))])
    error.add_note(f"noted {secret}")
    logging.getLogger("test").error("failed", exc_info=error)


WAYS: dict[str, Callable[[str], None]] = {
    "message": lambda s: logging.getLogger("test").debug(f"asked with {s}."),
    "argument": lambda s: logging.getLogger("test").debug("asked with %s and %r", s, s),
    "mapping argument": lambda s: logging.getLogger("test").debug("asked with %(x)s", {"x": s}),
    "object argument": lambda s: logging.getLogger("test").debug("asked with %s", Carrier(s)),
    "event": lambda s: structlog.get_logger("test").debug(f"asked with {s}"),
    "positional": lambda s: structlog.get_logger("test").debug("asked with %s", s),
    "field": lambda s: structlog.get_logger("test").debug("asked", x=s),
    "field name": lambda s: structlog.get_logger("test").debug("asked", **{s: 1}),
    "bytes": lambda s: structlog.get_logger("test").debug("asked", x=s.encode()),
    "nested": lambda s: structlog.get_logger("test").debug("asked", x={"y": [{"z": (s, {s})}], s: 1}),
    "object": lambda s: structlog.get_logger("test").debug("asked", x=Carrier(s), y=[Carrier(s)]),
    "address": lambda s: structlog.get_logger("test").debug("asked", x=f"https://x.test/?a={quote(s, '')}"),
    "json": lambda s: structlog.get_logger("test").debug("asked", x=json.dumps({"x": s})),
    "repr": lambda s: structlog.get_logger("test").debug("asked", x=repr({"x": s})),
    "bound": lambda s: structlog.get_logger("test").bind(x=s).debug("asked"),
    "warning": lambda s: warnings.warn(f"asked with {s}", stacklevel=1),
    "exception": in_exception,
    "exception group": in_group,
    "library": lambda s: logging.getLogger("sqlalchemy.engine").warning("[cached] (%r, '%s')", s, s),
}


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("way", WAYS)
def test_twenty_canaries(written: io.StringIO, way: str, form: str) -> None:
    log.set_up("DEBUG", form, stream=written)
    log.redactor.learn(*CANARIES)
    for secret in CANARIES:
        WAYS[way](secret)
    output = written.getvalue()
    assert output.count(HIDDEN) >= len(CANARIES)
    drawn = output + output.encode().decode("unicode_escape", "replace")
    assert [secret for secret in CANARIES if secret in drawn] == []


surroundings = st.text(
    st.characters(exclude_categories=["L", "N", "Cs"]) | st.sampled_from("\"'\\{}[]()=:,&?/\n ")
)
secrets = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=8, max_size=60).filter(
    lambda text: text not in HIDDEN
)


@given(secrets, surroundings, surroundings)
def test_learned_secrets_are_hidden_in_any_surroundings(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.learn(secret)
    shown = redactor.text(f"{before}{secret}{after}{json.dumps(secret)}{secret!r}{quote(secret, safe='')}")
    assert secret not in shown.replace(HIDDEN, "\0")


nested = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(nested)
def test_any_value_becomes_plain_json(value: Any) -> None:
    json.dumps(clean(value))


@given(st.text(max_size=300))
def test_no_text_is_too_odd(text: str) -> None:
    assert isinstance(Redactor().text(text), str)


def test_a_secret_across_the_end_of_a_long_text_is_not_shown_in_part() -> None:
    redactor = Redactor()
    redactor.learn("sk_live_" + "z" * 40)
    for padding in range(15_950, 16_010):
        shown = redactor.text("." * padding + "sk_live_" + "z" * 40 + "." * 2000)
        assert "sk_live" not in shown
        assert shown.endswith("[cut]")


def test_a_value_within_itself_ends() -> None:
    endless: dict[str, Any] = {}
    endless["x"] = endless
    assert json.dumps(clean(endless))


def test_an_object_that_cannot_be_drawn_costs_no_line() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError("gsk_live_9f8e7d6c5b4a")

    assert clean([Broken()]) == ["<Broken that can't be drawn: RuntimeError>"]


def test_short_codes_are_hidden_as_words_and_not_inside_numbers() -> None:
    redactor = Redactor()
    redactor.learn("4021")
    assert redactor.text("code 4021, order 1402100") == f"code {HIDDEN}, order 1402100"
    assert redactor.value({"x": 4021, "y": 14021}) == {"x": HIDDEN, "y": 14021}


# What has a telling name or shape is hidden even if nobody told of it.


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "GET /api_command.php?cmd=request&api_key=abc123&x=1",
            "GET /api_command.php?cmd=request&api_key=[hidden]&x=1",
        ),
        (
            f"POST https://api.telegram.org/bot{TOKEN}/getMe",
            "POST https://api.telegram.org/bot[hidden]/getMe",
        ),
        (f"token is {TOKEN}.", "token is [hidden]."),
        ("X-API-Key: abc-123, Accept: */*", "X-API-Key: [hidden], Accept: */*"),
        ("Authorization: Bearer abc.def-123", "Authorization: [hidden]"),
        ("sent bearer abcdef123456", "sent bearer [hidden]"),
        (
            "Headers([('x-api-key', 'abc'), ('accept', '*/*')])",
            "Headers([('x-api-key', [hidden]), ('accept', '*/*')])",
        ),
        ("{b'X-API-Key': b'abc'}", "{b'X-API-Key': [hidden]}"),
        ("Sms(text='it\\'s 402113', at=1795132800)", "Sms(text=[hidden], at=1795132800)"),
        ("Sms(text=\"it's 402113\", id='7')", "Sms(text=[hidden], id='7')"),
        ('{"smsCode": "402113", "pin":"G-8", "id": 7}', '{"smsCode": [hidden], "pin":[hidden], "id": 7}'),
        ('{\\"text\\": \\"say \\\\\\"402113\\\\\\" now\\"}', '{\\"text\\": [hidden]}'),
        ("line one\\ntext='402113'", "line one\\ntext=[hidden]"),
        ("text='402113 and no end", "text=[hidden]"),
        ("code=402113, status_code=200, error_code: 404", "code=[hidden], status_code=200, error_code: 404"),
        ("credentials={'user': 'u', 'more': {'k': 'v'}} ok", "credentials=[hidden] ok"),
        ("credentials=Credentials(user='u', key=Key('v')) ok", "credentials=[hidden] ok"),
        ("KeyError: 'service'", "KeyError: 'service'"),
        ("postgresql://pinbell:hunter2@db/pinbell", "postgresql://pinbell:[hidden]@db/pinbell"),
        ("POST /hooks/gearsms/4f3c2b1a HTTP/1.1", "POST /hooks/gearsms/[hidden] HTTP/1.1"),
        ("to +12025550123 or +44 20 7946 0958", "to ***23 or ***58"),
        ("to 2025550123, 12025550124, (202) 555-0125", "to ***23, ***24, ***25"),
        ("number=+12025550123 mdn=2025550124", "number=***23 mdn=***24"),
        ("one\\n2025550123", "one\\n***23"),
        (
            "Update id=5123456789 is handled by bot id=123456789",
            "Update id=5123456789 is handled by bot id=123456789",
        ),
        ("order 550e8400-e29b-41d4-a716-446655440000", "order 550e8400-e29b-41d4-a716-446655440000"),
        ("at 2026-11-20T10:27:00.123456Z, 1795132800", "at 2026-11-20T10:27:00.123456Z, 1795132800"),
    ],
)
def test_telling_names_and_shapes(text: str, shown: str) -> None:
    assert Redactor().text(text) == shown


def test_telling_names_in_fields() -> None:
    fields = {
        "credentials": {"user": "u"},
        "api_key": "abc",
        "phone_number": "+1 202 555 0123",
        "text": None,
        "pin": 4021,
        "headers": [("X-API-Key", "abc"), (b"authorization", b"abc"), ["accept", "*/*"]],
        "order": {"number": "2025550124", "user_id": 5123456789},
        "account": Account("mine", "abc"),
        "ok": True,
    }
    assert clean(fields) == {
        "credentials": HIDDEN,
        "api_key": HIDDEN,
        "phone_number": "***23",
        "text": None,
        "pin": HIDDEN,
        "headers": [["X-API-Key", HIDDEN], ["authorization", HIDDEN], ["accept", "*/*"]],
        "order": {"number": "***24", "user_id": 5123456789},
        "account": f"Account(name='mine', api_key={HIDDEN})",
        "ok": True,
    }


@pytest.mark.parametrize(
    "name", ["api_key", "apiKey", "X-API-Key", "smsCode", "SECRET_KEYS", "bot_token", "sms", "mdn"]
)
def test_secret_names(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["monkey", "status_code", "countryCode", "key_id", "Content-Type", "KeyError", "context", ""]
)
def test_harmless_names(name: str) -> None:
    assert not is_secret(name)


def test_aiograms_warning_with_the_whole_update(written: io.StringIO) -> None:
    message = Message(
        message_id=1,
        date=datetime.fromtimestamp(1795132800, UTC),
        chat=Chat(id=5123456789, type="private"),
        from_user=User(id=5123456789, is_bot=False, first_name="Ann"),
        text="gsk_live_9f8e7d6c5b4a",
    )
    logging.getLogger("aiogram.dispatcher").warning(
        "Cause exception: %r", Update(update_id=7, message=message)
    )
    output = written.getvalue()
    assert "gsk_live" not in output
    assert "5123456789" in output


# How it is written.


def test_a_json_line_can_be_read_by_machines(written: io.StringIO) -> None:
    structlog.get_logger("orders.place").info("placed", site="gsim", price=1.5)
    line = json.loads(written.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "placed",
        "level": "info",
        "logger": "orders.place",
        "site": "gsim",
        "price": 1.5,
    }


def test_a_console_line_can_be_read_by_eyes(written: io.StringIO) -> None:
    log.set_up("INFO", "console", stream=written)
    structlog.get_logger("orders.place").info("placed", site="gsim")
    structlog.get_logger("orders.place").debug("not at this level")
    (line,) = written.getvalue().splitlines()
    assert "placed" in line
    assert "site=gsim" in line


async def test_httpx_says_nothing_of_its_requests_at_debug(written: io.StringIO) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.get(f"http://{host}:{port}/", params={"api_key": "gsk_live_9f8e7d6c5b4a"})
    await runner.cleanup()
    output = written.getvalue()
    assert "aiohttp.access" in output
    assert '"logger": "httpx"' not in output
    assert '"logger": "httpcore' not in output
    assert "gsk_live" not in output


def test_a_line_that_cannot_be_formatted_is_reported_without_its_arguments(
    written: io.StringIO, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers[:1])  # pytest's own handler raises
    logging.getLogger("test").info("%d", "gsk_live_9f8e7d6c5b4a")
    output = written.getvalue() + capsys.readouterr().err
    assert "a log line of test" in output
    assert "TypeError" in output
    assert "gsk_live" not in output


@pytest.mark.parametrize("hook", ["sys", "thread"])
def test_uncaught_exceptions_go_through_the_log(
    written: io.StringIO, capsys: pytest.CaptureFixture[str], hook: str
) -> None:
    log.redactor.learn("gsk_live_9f8e7d6c5b4a")

    def explode() -> None:
        raise RuntimeError("gsk_live_9f8e7d6c5b4a")

    if hook == "thread":
        thread = threading.Thread(target=explode)
        thread.start()
        thread.join()
    else:
        with pytest.raises(RuntimeError) as caught:
            explode()
        sys.excepthook(caught.type, caught.value, caught.tb)
    assert "RuntimeError" in written.getvalue()
    assert "gsk_live" not in written.getvalue() + capsys.readouterr().err


# Error reports.


def test_no_reports_without_a_dsn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SENTRY_DSN", raising=False)
    assert log.start_error_reports() is False


def test_reports_hold_no_secret(written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []

    class Catcher(sentry_sdk.Transport):
        def capture_envelope(self, envelope: Any) -> None:
            sent.append(envelope.serialize())

    real_init = sentry_sdk.init
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: real_init(transport=Catcher, **options))
    monkeypatch.setenv("SENTRY_DSN", "https://key@sentry.example.org/1")
    log.redactor.learn(*CANARIES)
    assert log.start_error_reports() is True
    logging.getLogger("test").info("asked with %s", CANARIES[1])
    in_exception(CANARIES[1])
    sentry_sdk.flush()
    sentry_sdk.init()  # off again
    report = b"".join(sent).decode()
    assert "RuntimeError" in report
    assert CANARIES[1] not in report
