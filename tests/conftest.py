"""What holds for all tests."""

import gc

from hypothesis import settings

# A busy machine is no failure: tests here never judge by the clock on the wall.
settings.register_profile("pinbell", deadline=None)
settings.load_profile("pinbell")


def pytest_collection_finish() -> None:
    """What was read for the tests stays to the end: searching it for garbage costs a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
