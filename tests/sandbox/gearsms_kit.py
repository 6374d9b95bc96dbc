"""Orders at the make-believe GearSMS."""

from tests.sandbox.sites_kit import Customer, Json

LINES: dict[str, Json] = {
    "temp-s1": {"service": "Google"},
    "temp-s2": {"service": "Google"},
    "temp-global": {"service": "Google", "country": 1},
}


async def order(gearsms: Customer, line: str, **body: object) -> Json:
    data: Json = (await gearsms.post(f"/{line}/order", {**LINES[line], **body}))["data"]
    return data


async def status(gearsms: Customer, line: str, order_id: str) -> str:
    word: str = (await gearsms.get(f"/{line}/check-sms/{order_id}"))["data"]["status"]
    return word
