"""What holds for all tests."""

from hypothesis import settings

# A busy machine is no failure: tests here never judge by the clock on the wall.
settings.register_profile("pinbell", deadline=None)
settings.load_profile("pinbell")
