"""The log: structlog over the standard library's logging, with one redactor before anything is drawn."""

import logging
import os
import sys
import threading
from types import TracebackType
from typing import Any, TextIO

import stamina.instrumentation
import structlog
from stamina.instrumentation import RetryDetails
from structlog.typing import Processor

from bot.redact import Redactor

redactor = Redactor()
"""Of this process: tell it every secret by `redactor.learn(...)` as soon as it is known."""

CHATTY = ("httpx", "httpcore", "sqlalchemy", "aiosqlite", "hpack", "asyncio")
"""Loggers whose lines below WARNING show requests, statements and their arguments."""

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


class _Stream(logging.StreamHandler[TextIO]):
    """Writes to standard error. A line that can't be written is reported without its arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- the base's name
        """Say that a line was lost; the base class would print message and arguments as they are."""
        kind = sys.exc_info()[0]
        self.stream.write(
            f"a log line of {record.name} ({record.pathname}:{record.lineno}) was lost: "
            f"{kind.__name__ if kind else 'unknown error'}\n"
        )


def set_up(level: str = "INFO", form: str = "console", *, stream: TextIO | None = None) -> None:
    """Send every log line of this process through the redactor to `stream` (standard error).

    `level` and `form` are LOG_LEVEL and LOG_FORMAT. May be called again.
    """
    stream = stream or sys.stderr
    handler = _Stream(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,  # plain tracebacks: no locals
                redactor,
                _renderer(form, colors=stream.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # modules get their loggers at import, before this runs
    )
    stamina.instrumentation.set_on_retry_hooks([_retry])
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def start_error_reports() -> bool:
    """Report errors to Sentry if its own SENTRY_DSN is set and the extra `sentry` is installed.

    Reports hold no local variables and pass the same redactor. True if reports are on.
    """
    if not os.environ.get("SENTRY_DSN"):
        return False
    try:
        import sentry_sdk  # noqa: PLC0415 -- an extra
    except ImportError:
        structlog.stdlib.get_logger(__name__).warning("SENTRY_DSN is set, but the extra sentry is missing")
        return False

    def clean(item: Any, _hint: Any) -> Any:
        return redactor.value(item)

    sentry_sdk.init(
        before_send=clean,
        before_send_transaction=clean,
        before_breadcrumb=clean,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        traces_sample_rate=0.0,
    )
    return True


def _retry(details: RetryDetails) -> None:
    """A read that is repeated is nothing to warn of: sites hiccup all day. What fails for good is told."""
    structlog.stdlib.get_logger("stamina").debug(
        "retry", retry=details.retry_num, wait=round(details.wait_for, 2), why=str(details.caused_by)[:200]
    )


def _renderer(form: str, *, colors: bool) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=colors, exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
    )


def _uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """An exception that nobody caught: the interpreter would print it as it is."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    logging.getLogger(__name__).critical("uncaught", exc_info=(kind, error, traceback))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _unraisable(args: "sys.UnraisableHookArgs") -> None:
    if args.exc_value is not None:
        logging.getLogger(__name__).error(
            "unraisable", exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
        )
