"""SMS texts as services really write them, and the code in a text."""

import random
import re

from sandbox.sites.places import load

# the more certain first: Google's way, a code in two halves, plain digits
CODES = re.compile(r"\bG-\d{4,8}\b|(?<!\d)\d{3}[- ]\d{3}(?!\d)|(?<![\d/#])\d{4,8}(?!\d)")


def find_code(text: str) -> str | None:
    """The code in a text as a site's software recognizes it, without `G-`, dashes and spaces."""
    found = CODES.search(text)
    return re.sub(r"\D", "", found.group()) if found else None


def make_text(service: str, rng: random.Random, code: str | None = None) -> tuple[str, str]:
    """A text that this service might send, and the code in it."""
    texts = load("texts.json")
    name = service.casefold()
    look = code or re.sub("#", lambda _: str(rng.randint(0, 9)), texts["codes"].get(name, "######"))
    digits = code or re.sub(r"\D", "", look)
    template: str = rng.choice(texts["services"].get(name, texts["any"]))
    return template.format(service=service, code=look, digits=digits), digits


def make_sender(rng: random.Random) -> str:
    """A short code, a number or a name that an SMS comes from."""
    sender: str = rng.choice(load("texts.json")["senders"])
    return sender
