"""Every endpoint of every site's document is behind something that people press, and the docs say where."""

from pathlib import Path

from providers.registry import SITES
from tests.providers.endpoints import LEFT_OUT, PAGE, documented, files_testing, page, walk


async def test_the_page_tells_what_is_called_and_nothing_is_missing(tmp_path: Path) -> None:
    found = {site: await walk(site, tmp_path / site) for site in SITES}
    for site, calls in found.items():
        left_out = {call for of, call in LEFT_OUT if of == site}
        assert set(documented(site)) - left_out == set(calls)
        assert [call for call, during in calls.items() if not files_testing(site, call, during)] == []
    assert PAGE.read_text() == page(found), "write it anew: python -m tests.providers.endpoints"
