"""TLS that breaks: not even then does anything but NoAnswer leave the door."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from providers import door as doors
from providers.door import Door
from providers.errors import NoAnswer
from tests.providers.door_kit import SAFETY, request

GARBAGE = b"\x17\x03\x03\x00\x20" + bytes(32)
"""A record of TLS with nothing in it that fits its key."""


async def no_answer_of(server: asyncio.Server) -> NoAnswer:
    """How the door fails at it."""
    async with server, asyncio.timeout(SAFETY):
        door = Door("gearsms", f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(NoAnswer) as caught:
            await door.once(request())
        await door.close()
    return caught.value


async def test_a_record_that_nobody_can_decrypt_is_an_answer_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setattr(doors, "_tls", lambda: ssl.create_default_context(cafile=certificate))
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate)

    async def agree_then_babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        secured = served.wrap_bio(heard, said, server_side=True)
        asked = b""
        while not asked:
            heard.write(await reader.read(65_536))
            try:
                secured.do_handshake()
                asked = secured.read()
            except ssl.SSLWantReadError:
                pass
            writer.write(said.read())
        writer.write(GARBAGE)
        writer.close()

    server = await asyncio.start_server(agree_then_babble, "127.0.0.1", 0)
    error = await no_answer_of(server)

    assert (error.reason, error.sent) == ("cut", True)


async def test_a_certificate_that_nobody_vouches_for_gets_no_key(tmp_path: Path) -> None:
    heard = list[bytes]()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())
        writer.close()

    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(self_signed(tmp_path))
    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=served)
    error = await no_answer_of(server)

    assert (error.reason, error.sent) == ("unreachable", False)
    assert not any(heard)


def self_signed(folder: Path) -> Path:
    """A file with a key and its certificate for this machine."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    written = folder / "certificate.pem"
    written.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return written
