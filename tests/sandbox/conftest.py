"""A world for each test, and customers with 100 dollars in it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from sandbox.world import World
from tests.sandbox.sites_kit import BASES, USER, Customer, Mailbox


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A world of its own; the dice are fixed."""
    async with World(seed=7) as world:
        yield world


@pytest.fixture
async def customers(world: World) -> AsyncIterator[dict[str, Customer]]:
    """One customer for each site; the books of all must be right at the end of every test."""
    async with ClientSession() as http:
        everybody = {site: Customer(site, world, http) for site in BASES}
        for customer in everybody.values():
            await customer.account(user=USER, balance="100")
        yield everybody
        world.faults.remove()
        for site, customer in everybody.items():
            if world.sites[site].accounts:  # a test may have reset the world
                await customer.books()


@pytest.fixture
def gearsms(customers: dict[str, Customer]) -> Customer:
    """A customer of GearSMS."""
    return customers["gearsms"]


@pytest.fixture
def gsim(customers: dict[str, Customer]) -> Customer:
    """A customer of gsim.io."""
    return customers["gsim"]


@pytest.fixture
def smsgig(customers: dict[str, Customer]) -> Customer:
    """A customer of SMSGig."""
    return customers["smsgig"]


@pytest.fixture
def getsms(customers: dict[str, Customer]) -> Customer:
    """A customer of getsms.online."""
    return customers["getsms"]


@pytest.fixture
def gotsms(customers: dict[str, Customer]) -> Customer:
    """A customer of GotSMS."""
    return customers["gotsms"]


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """Where webhooks arrive."""
    box = Mailbox()
    app = web.Application()
    app.router.add_post("/hook", box.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    box.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield box
    await runner.cleanup()
