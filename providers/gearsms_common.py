"""GearSMS: what its pools and its rentals share: requests, the envelope of answers, lists of options."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from providers.countries import iso_of
from providers.door import Request
from providers.shape import BadShape, each_map, get_exact, get_int, get_money, get_text, need_list, need_map
from providers.site import Credentials
from providers.words import Option


def request(
    credentials: Credentials,
    method: str,
    path: str,
    *,
    template: str = "",
    params: Mapping[str, str] | None = None,
    json: Mapping[str, Any] | None = None,
) -> Request:
    """A request with the account's key."""
    return Request(
        method=method,
        path=path,
        template=template,
        headers={"X-API-Key": credentials["api_key"]},
        params=params or {},
        json=json,
        secret=credentials["api_key"],
    )


def order_request(credentials: Credentials, method: str, path: str, order_id: str) -> Request:
    """A request about one order: `path` ends with a slash, its id follows."""
    return request(credentials, method, path + quote(order_id, safe=""), template=path + ":id")


def data_of(body: Any) -> Mapping[str, Any]:
    """What an answer holds."""
    return need_map(need_map(body).get("data"))


def options_of(body: Any, choice: str, ids: Mapping[str, str]) -> list[Option]:
    """A list's options. `ids`: the field that orders want, for choices that don't go by their name."""
    entries = need_list(need_map(body).get("data"))
    if choice == "area_code":  # Global lists bare texts
        entries = [{"areaCode": entry} if isinstance(entry, str | int) else entry for entry in entries]
    options = [option for entry in each_map(entries) if (option := _option(entry, choice, ids)) is not None]
    if entries and not options:
        raise BadShape("a list of nothing known")
    return options


def offered(options: Sequence[Option], option_id: str) -> Option | None:
    """The option of that id, if it is still listed."""
    return next((option for option in options if option.id == option_id), None)


def _option(entry: Mapping[str, Any], choice: str, ids: Mapping[str, str]) -> Option | None:
    shown = "areaCode" if choice == "area_code" else "name"
    name, option_id = get_text(entry, shown), get_exact(entry, ids.get(choice, shown))
    if name is None or option_id is None:
        return None
    rate = get_money(entry, "success_rate")
    count = get_int(entry, "available" if "available" in entry else "stock")
    return Option(
        id=option_id,
        name=name,
        price=get_money(entry, "price"),
        stock=0 if entry.get("available") is False else count,  # rentals only say whether there are any
        iso=iso_of(get_text(entry, "short_name"), name) if choice == "country" else None,
        note=get_text(entry, "state") if rate is None else f"{rate:f} %",
    )
