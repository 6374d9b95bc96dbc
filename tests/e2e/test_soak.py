"""A short run of `make soak`, one without kills, and the proof that it sees what is lost."""

import random
from pathlib import Path

import pytest

from tests.e2e import customers, killer
from tests.e2e.customers import Customer, Ledger, Tally
from tests.e2e.process import BotProcess
from tests.e2e.soak import Soak, is_clean
from tests.e2e.world import SHOPS, World


def test_killed_and_killed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(killer, "WINDOW", 2.0)
    monkeypatch.setattr(customers, "WALK_PATIENCE", 5.0)
    monkeypatch.setattr(customers, "AN_ANSWER_COMES_WITHIN", 3.0)
    summary = Soak(kills=3, orders=3, seed=11, customers=3).run(tmp_path)

    assert is_clean(summary), summary
    assert summary["kills"] >= 3
    assert summary["presses"] >= 3
    assert summary["purchase_requests"] <= summary["presses"]
    assert summary["tracebacks"] == 0


def test_unharmed_every_code_rings_exactly_once(tmp_path: Path) -> None:
    summary = Soak(kills=0, orders=5, seed=12).run(tmp_path)

    assert is_clean(summary), summary
    assert summary["orders"] == summary["presses"] == summary["purchase_requests"] == summary["codes"] >= 5
    assert (summary["pushed_twice"], summary["unknown"], summary["tracebacks"]) == (0, 0, 0)


def test_a_loss_is_seen(bot: BotProcess, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(1)  # noqa: S311 - moments, not secrets
    customer = Customer.arrive(bot, SHOPS["smsgig"], dice, by_webhook=True)
    customer.order()
    customer.settle(Ledger(world), clean := Tally(), was_killed=False)
    (code,) = customer.codes.values()
    person = customer.person
    (push,) = person.pushes(code)
    world.call("DELETE", f"/people/{person.id}/chats/{bot.id}/messages/{push.id}")
    monkeypatch.setattr(customers, "SETTLED_WITHIN", 1.0)
    customer.settle(Ledger(world), tally := Tally(), was_killed=False)
    customer.pressed.clear()
    customer.settle(Ledger(world), doubled := Tally(), was_killed=False)

    assert (clean.lost, clean.doubled, clean.problems) == (0, 0, [])
    assert tally.lost == 1
    assert "never rang" in tally.problems[0]
    assert doubled.doubled == 1, "a purchase that nobody pressed for"
