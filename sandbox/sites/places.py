"""States, area codes, countries, and the telephone numbers made from them."""

import functools
import json
import random
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@functools.cache
def load(name: str) -> dict[str, Any]:
    """One of the catalogs in `data/`. It is shared: never change it."""
    catalog: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return catalog


class Places:
    """The same for every site."""

    def __init__(self) -> None:
        places = load("places.json")
        self.states: list[dict[str, str]] = places["states"]
        self.area_codes: list[dict[str, str]] = places["area_codes"]
        self.state_of = {area["areaCode"]: area["state"] for area in self.area_codes}
        self.areas_of: dict[str, list[str]] = {}
        for area in self.area_codes:
            self.areas_of.setdefault(area["state"], []).append(area["areaCode"])
        self._examples = {country["iso"]: country["example"] for country in places["countries"]}

    def us_number(self, rng: random.Random, area_code: str | None = None, state: str | None = None) -> str:
        """A US number in E.164, in an area code or a state if asked."""
        area = area_code or rng.choice(self.areas_of[state] if state else list(self.state_of))
        return f"+1{area}{rng.randint(220, 989)}{rng.randint(0, 9999):04d}"

    def number(self, rng: random.Random, country: str) -> str:
        """A mobile number of a country (ISO code) in E.164."""
        if country == "US":
            return self.us_number(rng)
        example: str = self._examples[country]
        kept = len(example) - 6  # the country code and a prefix that is mobile there
        return example[:kept] + "".join(str(rng.randint(0, 9)) for _ in example[kept:])
