"""What is sealed opens in its own row only."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from providers.site import Sms
from storage import accounts, sealed
from storage.db import Database
from storage.sealed import RowOwner
from storage.tables import accounts as table
from storage.vault import Tampered, Vault
from tests.storage import rows

VAULT = Vault([b"k" * 32])
OWNER = RowOwner("row", "owner", "site")
OTHERS = [replace(OWNER, row="row2"), replace(OWNER, owner="owner2"), replace(OWNER, site="site2")]


async def test_swapped_rows_are_refused(db: Database) -> None:
    async with db.transaction() as connection:
        for name in ("a1", "a2"):
            owner = RowOwner(name, "7000000001", "gsim")
            await rows.account(
                connection,
                id=name,
                credentials=sealed.seal_credentials(VAULT, owner, {"api_key": f"key of {name}"}),
                old_credentials=sealed.seal_credentials(VAULT, owner, {"api_key": f"old key of {name}"}),
                old_until=100,
                hook_token=sealed.seal_hook_token(VAULT, owner, f"token of {name}"),
            )
        first = await accounts.get(connection, "a1")
        assert first is not None
        assert sealed.open_credentials(VAULT, first) == {"api_key": "key of a1"}
        assert sealed.open_hook_token(VAULT, first) == "token of a1"
        assert [one["api_key"] for one in sealed.all_credentials(VAULT, first, 99)] == [
            "key of a1",
            "old key of a1",
        ]
        assert len(sealed.all_credentials(VAULT, first, 100)) == 1
        for column in ("credentials", "hook_token"):
            stolen = (await connection.execute(select(table.c[column]).where(table.c.id == "a2"))).scalar()
            await connection.execute(update(table).where(table.c.id == "a1").values({column: stolen}))
        swapped = await accounts.get(connection, "a1")
        assert swapped is not None
    with pytest.raises(Tampered):
        sealed.open_credentials(VAULT, swapped)
    with pytest.raises(Tampered):
        sealed.open_hook_token(VAULT, swapped)
    assert sealed.open_hook_token(VAULT, replace(swapped, hook_token=None)) is None


@pytest.mark.parametrize("other", OTHERS, ids=["row", "owner", "site"])
def test_each_value_is_bound_to_its_place(other: RowOwner) -> None:
    body = sealed.seal_message(VAULT, OWNER, Sms(text="Ёж 🙂 code 1", code="1", sender="me"))
    opened = sealed.open_message(VAULT, OWNER, body)
    assert (opened.text, opened.code, opened.sender) == ("Ёж 🙂 code 1", "1", "me")
    assert "code" not in repr(opened).replace("MessageBody(sender='me')", "")
    hook = sealed.seal_hook_body(VAULT, OWNER, b"\x00raw")
    assert sealed.open_hook_body(VAULT, OWNER, hook) == b"\x00raw"
    typed = sealed.seal_typed(VAULT, OWNER, {"user": "me"})
    assert sealed.open_typed(VAULT, OWNER, typed) == {"user": "me"}
    with pytest.raises(Tampered):
        sealed.open_message(VAULT, other, body)
    with pytest.raises(Tampered):
        sealed.open_hook_body(VAULT, other, hook)
    with pytest.raises(Tampered):
        sealed.open_typed(VAULT, other, typed)
    with pytest.raises(Tampered):
        sealed.open_hook_body(VAULT, OWNER, typed)
