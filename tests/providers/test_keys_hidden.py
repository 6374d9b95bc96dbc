"""A key that a site repeats in its words is never shown, wherever the words are cut."""

import pytest

from providers.errors import DETAIL_LENGTH, SiteError
from providers.registry import SITES
from tests.providers.mutations import CannedDoor

KEY = "gs_live_CANARY0123456789"
SHOWN = 6
"""Characters of the key before the place where words are cut."""


@pytest.mark.parametrize("status", [400, 401, 404, 429])
@pytest.mark.parametrize("site", SITES)
async def test_no_piece_of_a_key_is_left_in_a_sites_words(site: str, status: int) -> None:
    words = "x" * (DETAIL_LENGTH - SHOWN) + f"{KEY} is not a key, {KEY}"
    door = CannedDoor(site, {"status": "error", "success": False, "message": words, "error": words}, status)
    with pytest.raises(SiteError) as caught:
        await SITES[site](door).balance({"user": "anna", "api_key": KEY})
    assert caught.value.detail == "x" * (DETAIL_LENGTH - SHOWN) + "… is not a key"[:SHOWN]
