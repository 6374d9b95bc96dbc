"""What holds for all tests."""

import gc
import ssl
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import settings

# A busy machine is no failure: tests here never judge by the clock on the wall.
settings.register_profile("pinbell", deadline=None)
settings.load_profile("pinbell")


def pytest_collection_finish() -> None:
    """What was read for the tests stays to the end: searching it for garbage costs a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _certificates_are_read_once() -> Iterator[None]:
    """A program reads the list of authorities once, hundreds of tests would read it again and again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", cache(ssl.create_default_context))
        yield
