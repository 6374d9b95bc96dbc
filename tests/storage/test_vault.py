"""What the vault promises: unreadable without the key, refused in any other place, keys that rotate."""

import base64
import os
import pickle
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.vault import KEY_BYTES, Place, Tampered, Vault, VaultError, new_key, parse_keys

OLD, NEW, OTHER = (bytes([n]) * KEY_BYTES for n in (1, 2, 3))
HERE = Place("accounts", "credentials", "a1", 42, "gsim")

words = st.text(max_size=20)
places = st.builds(Place, words, words, words | st.integers(), words | st.integers(), words)


def meaning(place: Place) -> tuple[str, ...]:
    return (place.table, place.column, str(place.row), str(place.owner), place.site)


@given(st.binary(max_size=2000), places)
def test_what_is_sealed_opens_at_its_place(plaintext: bytes, place: Place) -> None:
    vault = Vault.from_keys([NEW])
    assert vault.open(vault.seal(plaintext, place), place) == plaintext


@given(places, places)
def test_it_opens_at_no_other_place(one: Place, other: Place) -> None:
    vault = Vault.from_keys([NEW])
    blob = vault.seal(b"key", one)
    if meaning(one) == meaning(other):
        assert vault.open(blob, other) == b"key"
    else:
        with pytest.raises(Tampered):
            vault.open(blob, other)


@pytest.mark.parametrize(
    "other",
    [
        replace(HERE, table="orders"),
        replace(HERE, column="webhook_token"),
        replace(HERE, row="a2"),
        replace(HERE, owner=43),
        replace(HERE, site="gotsms"),
        # parts that move across their borders
        Place("accountscredentials", "", "a1", 42, "gsim"),
        Place("accounts", "credentials", "a14", 2, "gsim"),
        Place("accounts", 'credentials","a1', "42", "gsim", ""),
    ],
)
def test_row_a_in_row_b_is_refused(other: Place) -> None:
    vault = Vault.from_keys([NEW])
    with pytest.raises(Tampered, match="another place"):
        vault.open(vault.seal(b"key", HERE), other)


@given(st.data())
def test_a_changed_byte_is_refused(data: st.DataObject) -> None:
    vault = Vault.from_keys([NEW, OLD])
    blob = bytearray(vault.seal(b"the code is 402113", HERE))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Tampered):
        vault.open(bytes(blob), HERE)


@given(st.binary(max_size=100))
def test_rubbish_is_refused(blob: bytes) -> None:
    with pytest.raises(Tampered):
        Vault.from_keys([NEW]).open(blob, HERE)


def test_the_same_text_never_looks_the_same() -> None:
    vault = Vault.from_keys([NEW])
    assert len({vault.seal(b"0000", HERE) for _ in range(100)}) == 100


def test_the_sealed_value_shows_nothing_of_the_text() -> None:
    assert b"gearsms-key" not in Vault.from_keys([NEW]).seal(b"gearsms-key", HERE)


def test_keys_rotate() -> None:
    before = Vault.from_keys([OLD])
    blob = before.seal(b"key", HERE)
    assert not before.needs_rotation(blob)

    during = Vault.from_keys([NEW, OLD])
    assert during.open(blob, HERE) == b"key"
    assert during.needs_rotation(blob)
    again = during.seal(during.open(blob, HERE), HERE)
    assert not during.needs_rotation(again)

    after = Vault.from_keys([NEW])
    assert after.open(again, HERE) == b"key"
    with pytest.raises(Tampered, match="key that is not here"):
        after.open(blob, HERE)


def test_the_order_of_older_keys_means_nothing() -> None:
    blob = Vault.from_keys([OLD]).seal(b"key", HERE)
    assert Vault.from_keys([NEW, OTHER, OLD]).open(blob, HERE) == b"key"
    assert Vault.from_keys([NEW, OLD, OTHER, OLD]).open(blob, HERE) == b"key"


def test_two_keys_with_one_name_are_refused() -> None:
    keys = [n.to_bytes(KEY_BYTES, "big") for n in range(257)]  # 257 keys, 256 names
    with pytest.raises(VaultError, match="share the same id"):
        Vault.from_keys(keys)


@pytest.mark.parametrize("keys", [[], [b"short"], [NEW, b""], [NEW + b"x"]])
def test_bad_keys_are_refused(keys: list[bytes]) -> None:
    with pytest.raises(VaultError):
        Vault.from_keys(keys)


def test_nothing_shows_a_key() -> None:
    key = new_key()
    vault = Vault.from_keys(parse_keys(key))
    raw = base64.b64decode(key)
    for shown in (repr(vault), str(vault), repr(vars(vault))):
        assert key not in shown
        assert repr(raw) not in shown
    with pytest.raises(TypeError):
        pickle.dumps(vault)


def test_keys_are_read_in_every_usual_spelling() -> None:
    raw = bytes(range(220, 252))
    standard, urlsafe = base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()
    assert standard != urlsafe
    assert parse_keys(f" {standard},{urlsafe}\n{urlsafe.rstrip('=')} ,\n") == [raw] * 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hunter2!", "key 1 is not base64"),
        (base64.b64encode(b"hunter2").decode(), "key 1 has 7 bytes instead of 32"),
        (f"{base64.b64encode(NEW).decode()},schlüssel", "key 2 is not base64"),
    ],
)
def test_a_bad_key_is_named_by_its_place_and_not_shown(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parse_keys(text)
    assert text.rsplit(",", maxsplit=1)[-1] not in str(caught.value)


# The key file.


def test_the_key_file_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret.key"
    old_mask = os.umask(0)
    try:
        blob = Vault.from_key_file(path).seal(b"key", HERE)
    finally:
        os.umask(old_mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Vault.from_key_file(path).open(blob, HERE) == b"key"
    assert [entry.name for entry in path.parent.iterdir()] == ["secret.key"]


def test_the_key_file_rotates_by_a_new_first_line(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    blob = Vault.from_key_file(path).seal(b"key", HERE)
    path.write_text(f"{base64.b64encode(NEW).decode()}\n{path.read_text()}")
    vault = Vault.from_key_file(path)
    assert vault.open(blob, HERE) == b"key"
    assert vault.needs_rotation(blob)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o777])
def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret.key"
    Vault.from_key_file(path)
    path.chmod(mode)
    with pytest.raises(VaultError, match="chmod 600") as caught:
        Vault.from_key_file(path)
    assert path.read_text().strip() not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"not a key", b"\xff\xfe", b"QUJD\n"])
def test_a_damaged_key_file_is_never_overwritten(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(VaultError):
        Vault.from_key_file(path)
    assert path.read_bytes() == content


def test_a_place_that_can_hold_no_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    with pytest.raises(VaultError, match="can't be used"):
        Vault.from_key_file(tmp_path / "data" / "secret.key")


def test_two_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    """Real processes: the loser of the race must use the winner's key."""
    path = tmp_path / "secret.key"
    program = (
        "import sys; from pathlib import Path; from storage.vault import Place, Vault;"
        "sys.stdin.readline();"
        "vault = Vault.from_key_file(Path(sys.argv[1]));"
        "sys.stdout.write(vault.seal(b'key', Place('t', 'c', 1, 1)).hex())"
    )
    starts = [
        subprocess.Popen(  # noqa: S603 -- our own interpreter and program
            [sys.executable, "-c", program, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(6)
    ]
    for start in starts:
        assert start.stdin is not None
        start.stdin.write("go\n")
        start.stdin.flush()
    blobs = [bytes.fromhex(start.communicate(timeout=60)[0]) for start in starts]
    vault = Vault.from_key_file(path)
    assert [vault.open(blob, Place("t", "c", 1, 1)) for blob in blobs] == [b"key"] * 6
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret.key"]
