"""What holds for all tests."""

from hypothesis import settings

from bot import late_types

late_types.build_when_used()  # as the bot does: before anything imports aiogram, and two seconds sooner

# A busy machine is no failure: tests here never judge by the clock on the wall.
settings.register_profile("pinbell", deadline=None)
settings.load_profile("pinbell")
