"""`make bench`: every measurement, as a table and as JSON. Takes names to run only some."""

import argparse
import asyncio
import json
import os
import platform
import sys
import time
from dataclasses import asdict
from pathlib import Path

from bench import cadence, codes, door, lag, many, press, queued, starting, webhook
from bench.figures import Figure, table
from bot import log

MEASUREMENTS = {
    "webhook": webhook.measure,
    "many": many.measure,
    "lag": lag.measure,
    "cadence": cadence.measure,
    "press": press.measure,
    "queued": queued.measure,
    "starting": starting.measure,
    "door": door.measure,
    "codes": codes.measure,
}
RESULTS = Path(__file__).parent / "results" / "latest.json"


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Pinbell.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"some of: {', '.join(MEASUREMENTS)}")
    parser.add_argument("--small", action="store_true", help="fewer orders and seconds, to try it")
    given = parser.parse_args()
    if unknown := set(given.names) - MEASUREMENTS.keys():
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    log.set_up("ERROR")
    figures: list[Figure] = []
    for name in given.names or MEASUREMENTS:
        found = asyncio.run(MEASUREMENTS[name](small=given.small))
        sys.stdout.write(f"\n{name}\n{table(found)}\n")
        sys.stdout.flush()
        figures += found
    _write(figures, small=given.small)


def _write(figures: list[Figure], *, small: bool) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    machine = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }
    head = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "small": small, "machine": machine}
    RESULTS.write_text(json.dumps({**head, "figures": [asdict(one) for one in figures]}, indent=1))


if __name__ == "__main__":
    main()
