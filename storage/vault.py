"""Encryption of what must not be read from a stolen database: API keys, codes, SMS texts.

A sealed value is bound to its place, so that one row's ciphertext is refused in another.
Layout of a sealed value: key id (1 byte), format (1 byte), nonce (12 bytes), AES-GCM ciphertext with tag.
"""

import base64
import contextlib
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
FORMAT = 1

_NONCE_BYTES = 12
_HEAD_BYTES = 2
_TAG_BYTES = 16


class VaultError(Exception):
    """The vault can't be opened or a value can't be unsealed. Messages never hold a key."""


class Tampered(VaultError):
    """Not sealed for this place with one of our keys: changed, moved from another row, or the key is gone."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands. All of it is authenticated, so row ids must exist before the INSERT."""

    table: str
    column: str
    row: str | int
    owner: str | int
    site: str = ""

    def bind(self, head: bytes) -> bytes:
        """The associated data. JSON quotes every part, so that no two places look the same."""
        parts = [head.hex(), self.table, self.column, str(self.row), str(self.owner), self.site]
        return json.dumps(parts, separators=(",", ":")).encode()


class Vault:
    """Seals with the newest key and opens with any of them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys`: 32 bytes each, newest first. Raises VaultError."""
        if not keys:
            raise VaultError("the vault needs at least one key")
        if any(len(key) != KEY_BYTES for key in keys):
            raise VaultError(f"a secret key must have {KEY_BYTES} bytes")
        unique = list(dict.fromkeys(keys))
        self._ciphers = {_key_id(key): AESGCM(key) for key in unique}
        if len(self._ciphers) != len(unique):
            # One chance in 256. Telling the two apart by trial would let needs_rotation overlook old values.
            raise VaultError("two secret keys share the same id: make another new key and use that one")
        self._newest = _key_id(unique[0])

    @classmethod
    def from_keys(cls, keys: Iterable[bytes]) -> Self:
        """A vault over keys of 32 bytes, newest first. Raises VaultError."""
        return cls(list(keys))

    @classmethod
    def from_key_file(cls, path: Path) -> Self:
        """A vault over the keys in a file (base64, newest first), which is made if it is not there.

        Raises VaultError if others may read the file, or if it holds anything else.
        """
        try:
            return cls(parse_keys(_read_or_make(path)))
        except OSError as error:
            raise VaultError(f"the key file {path} can't be used: {error.strerror}") from error
        except ValueError as error:
            raise VaultError(f"the key file {path} is damaged: {error}") from None

    def seal(self, plaintext: bytes, place: Place) -> bytes:
        """Encrypt for this place and no other."""
        head = bytes((self._newest, FORMAT))
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return head + nonce + self._ciphers[self._newest].encrypt(nonce, plaintext, place.bind(head))

    def open(self, blob: bytes, place: Place) -> bytes:
        """Decrypt what was sealed for this place. Raises Tampered."""
        if len(blob) < _HEAD_BYTES + _NONCE_BYTES + _TAG_BYTES or blob[1] != FORMAT:
            raise Tampered(f"not a sealed value: {place}")
        cipher = self._ciphers.get(blob[0])
        if cipher is None:
            raise Tampered(f"sealed with a key that is not here (id {blob[0]}): {place}")
        head, body = blob[:_HEAD_BYTES], blob[_HEAD_BYTES:]
        nonce, sealed = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, sealed, place.bind(head))
        except InvalidTag:
            raise Tampered(f"changed, or sealed for another place: {place}") from None

    def needs_rotation(self, blob: bytes) -> bool:
        """Whether this was sealed with another key or format than new values are."""
        return blob[:_HEAD_BYTES] != bytes((self._newest, FORMAT))

    def __repr__(self) -> str:
        return f"<Vault of {len(self._ciphers)} keys>"

    def __reduce__(self) -> str:
        raise TypeError("a vault stays in its process")


def new_key() -> str:
    """A fresh key as it stands in SECRET_KEYS and in the key file."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def parse_keys(text: str) -> list[bytes]:
    """Base64 keys of 32 bytes, newest first, between commas or white space.

    Raises ValueError, whose message says which key is wrong and never what it is.
    """
    keys = []
    for nth, word in enumerate(filter(None, re.split(r"[,\s]+", text)), start=1):
        try:
            # Both alphabets of base64 occur in the wild, and so do keys without their padding.
            standard = word.translate(str.maketrans("-_", "+/")).rstrip("=")
            key = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
        except ValueError:
            raise ValueError(f"key {nth} is not base64") from None
        if len(key) != KEY_BYTES:
            raise ValueError(f"key {nth} has {len(key)} bytes instead of {KEY_BYTES}")
        keys.append(key)
    if not keys:
        raise ValueError("it holds no key")
    return keys


def _key_id(key: bytes) -> int:
    """One byte that names a key without telling of it, the same whatever other keys are there."""
    return hashlib.sha256(b"pinbell key id" + key).digest()[0]


def _read_or_make(path: Path) -> str:
    try:
        return _read_private(path)
    except FileNotFoundError:
        _make(path)
        return _read_private(path)


def _read_private(path: Path) -> str:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise VaultError(
                f"others may read the key file {path} (mode {mode:04o}): run `chmod 600 {path}`, "
                "and rotate the key if somebody else uses this machine"
            )
        return file.read(4096).decode("ascii", "replace")


def _make(path: Path) -> None:
    """Write a new key so that the file appears complete or not at all; of two starts at once, one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(new_key() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # the other start was faster: its key counts
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
