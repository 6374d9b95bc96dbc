"""What a document does not have, its site does not take: no names, no bodies, no null, nothing similar."""

from typing import Any

import pytest

from tests.sandbox.sites_kit import KEY, USER, Customer, Json

WRONG: list[tuple[str, str, str, Json]] = [
    # names that are another path's, or nobody's
    ("gearsms", "GET", "/balance", {"params": {"verbose": "1"}}),
    ("gearsms", "GET", "/temp-s1/services", {"params": {"country": "1"}}),
    ("gearsms", "GET", "/long-term-numbers/price", {"params": {"service": "Google", "duration": "30days"}}),
    ("gearsms", "POST", "/temp-s1/order", {"json": {"service": "Google", "areacode": "212"}}),
    ("gearsms", "POST", "/temp-s2/order", {"json": {"service": "Google", "areaCode": "212"}}),
    ("gearsms", "POST", "/long-term-numbers/order", {"json": {"serviceCode": "Google", "duration": "3days"}}),
    ("gsim", "GET", "/orders", {"params": {"per_page": "5"}}),
    ("gsim", "GET", "/rentals/search", {"params": {"country": "US", "limit": "5"}}),
    ("gsim", "POST", "/orders", {"json": {"service": "telegram", "country": "russia", "price": 1}}),
    ("smsgig", "GET", "/balance", {"params": {"page": "1"}}),
    ("smsgig", "POST", "/s1/rent", {"json": {"service_code": "whatsapp", "state": "CA"}}),
    ("gotsms", "GET", "/rents", {"params": {"per_page": "5"}}),
    ("gotsms", "POST", "/rents", {"json": {"plan_id": "uuid", "service_id": "uuid"}}),
    # what belongs in the body stands in the query, or the other way round
    ("gearsms", "POST", "/temp-s1/order", {"params": {"service": "Google"}}),
    ("gearsms", "GET", "/temp-global/services", {"json": {"country": 1}}),
    ("gsim", "POST", "/orders", {"params": {"service": "telegram"}, "json": {"country": "russia"}}),
    ("smsgig", "POST", "/s1/rent", {"data": {"service_code": "whatsapp"}}),
    # null, and values of another type
    ("gearsms", "POST", "/temp-s1/order", {"json": {"service": "Google", "state": None}}),
    ("gearsms", "POST", "/temp-global/order", {"json": {"service": "Google", "country": "1"}}),
    ("gsim", "POST", "/orders", {"json": {"service": "telegram", "country": "russia", "operator": None}}),
    ("gsim", "GET", "/rentals/search", {"params": {"country": "US", "areaCode": "51"}}),
    ("smsgig", "POST", "/s1/rent", {"json": {"service_code": "whatsapp", "area_code": None}}),
    ("smsgig", "POST", "/s1/rent", {"json": {"service_code": "whatsapp", "area_code": 212}}),
    ("smsgig", "POST", "/s1/rentals/status", {"json": {"activation_id": "10561661"}}),
    # paths and methods that are nearly right
    ("gearsms", "GET", "/balance/", {}),
    ("gearsms", "POST", "/balance", {}),
    ("gsim", "PUT", "/rentals/x", {"json": {"autoRenew": True}}),
    ("smsgig", "GET", "/s1/rentals/status", {}),
    ("gotsms", "PATCH", "/rents/x/renewal/toggle", {}),
]  # fmt: skip


@pytest.mark.parametrize(("site", "method", "path", "request_parts"), WRONG)
async def test_what_is_not_documented_is_refused(
    customers: dict[str, Customer], site: str, method: str, path: str, request_parts: Json
) -> None:
    customer = customers[site]

    status, answer = await customer.call(method, path, **request_parts)

    assert 400 <= status < 500, answer
    assert await customer.spent() == 0


@pytest.mark.parametrize("missing", ["Content-Type", "Accept"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/pricelist"), ("GET", "/account"), ("POST", "/rents/x/refund")]
)
async def test_gotsms_wants_both_headers_of_its_examples(
    gotsms: Customer, method: str, path: str, missing: str
) -> None:
    headers = {name: value for name, value in gotsms.headers.items() if name != missing}

    status, answer = await gotsms.call(method, path, headers=headers)

    assert (status, answer["success"]) == (400, False)
    assert "application/json" in answer["message"]


@pytest.mark.parametrize(
    "query",
    [
        {"cmd": "balance", "service": "Google"},
        {"cmd": "request", "service": "Google", "area_code": "212"},
        {"cmd": "request", "service": "Google", "mdn": "5302286946"},
        {"cmd": "request", "service": "Google, Amazon"},
        {"cmd": "request", "service": "Google,Amazon", "markup": "10"},
        {"cmd": "request", "service": "Google,Amazon", "mdn": "15302286946"},
        {"cmd": "request_status", "request_id": "10000001"},
    ],
)
async def test_getsms_refuses_with_http_200(getsms: Customer, query: dict[str, Any]) -> None:
    status, answer = await getsms.call("GET", "", params={"user": USER, "api_key": KEY, **query})

    assert (status, answer["status"]) == (200, "error")
    assert await getsms.spent() == 0


async def test_getsms_takes_no_post(getsms: Customer) -> None:
    known = {"user": USER, "api_key": KEY, "cmd": "balance"}

    assert (await getsms.call("POST", "", params=known))[1]["status"] == "error"
    assert (await getsms.call("GET", "", params=known))[1]["status"] == "ok"
