"""`python -m sandbox`: the world until it is told to stop; the first line says where it is."""

import argparse
import asyncio
import json
import signal
import sys

from sandbox.world import World


async def live(world: World) -> None:
    """Run a world till SIGINT or SIGTERM."""
    over = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, over.set)
    async with world:
        sys.stdout.write(json.dumps({"base": world.base}) + "\n")
        sys.stdout.flush()
        await over.wait()


def main() -> None:
    """Read the command line and live."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A make-believe world for the bot."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port; 0 takes a free one")
    parser.add_argument(
        "--auto-sms", nargs=2, type=float, metavar=("FROM", "TO"), help="seconds until an SMS"
    )
    parser.add_argument("--seed", type=int, help="fixes the dice")
    given = parser.parse_args()
    auto_sms = tuple(given.auto_sms) if given.auto_sms else None
    asyncio.run(live(World(host=given.host, port=given.port, auto_sms=auto_sms, seed=given.seed)))


if __name__ == "__main__":
    main()
