"""A short run of `python -m tests.bot.storm`: doubled, reordered, early and forged webhooks all at once."""

from pathlib import Path

from tests.bot import storm


async def test_each_code_rings_once_and_nothing_forged_ever(tmp_path: Path) -> None:
    result = await storm.storm(webhooks=100, seed=5, folder=tmp_path)

    assert result.webhooks >= 100
    assert result.forged == result.webhooks
    assert result.codes > result.webhooks / 2
    assert (result.lost, result.doubled, result.forged_delivered) == (0, 0, 0)
    assert result.refused_answers == 0, "what has an account's address is taken and answered with 200"
