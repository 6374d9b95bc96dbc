"""What holds for all tests."""

import gc
import os
import ssl
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

FOLLOWED = {"orders", "providers", "storage"}
"""Coverage is asked of these rooms and their own tests; to follow the others would double their time."""

COVERAGE = "COVERAGE_PROCESS_CONFIG"
"""There while coverage is measured; processes are measured that find it."""

# A busy machine is no failure: tests here never judge by the clock on the wall.
settings.register_profile("pinbell", deadline=None)
settings.load_profile("pinbell")


def pytest_collection_finish() -> None:
    """What was read for the tests stays to the end: searching it for garbage costs a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Coverage looks where it is asked for."""
    is_followed = item.path.relative_to(Path(__file__).parent).parts[0] in FOLLOWED
    with nullcontext() if is_followed or COVERAGE not in os.environ else _unobserved():
        return (yield)


@contextmanager
def _unobserved() -> Iterator[None]:
    """Coverage looks away: here, in new threads and in new processes."""
    here, in_threads = sys.gettrace(), threading.gettrace()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(COVERAGE)
        sys.settrace(None)
        threading.settrace(None)
        try:
            yield
        finally:
            sys.settrace(here)
            threading.settrace(in_threads)


@pytest.fixture(scope="session", autouse=True)
def _certificates_are_read_once() -> Iterator[None]:
    """A program reads the list of authorities once, hundreds of tests would read it again and again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", cache(ssl.create_default_context))
        yield
