"""The settings: where they come from, what is refused and in which words, and that the documents agree."""

import base64
import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

import locales
from bot.settings import GivenSettings, Settings, describe
from storage.vault import Vault

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
KEY = base64.b64encode(bytes(range(32))).decode()
OLDER_KEY = base64.b64encode(bytes(32)).decode()
NAMES = {name.upper() for name in Settings.model_fields}


@pytest.fixture(autouse=True)
def bare_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without .env and an environment without any of our settings."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(secrets: Path | None = None) -> Settings:
    return Settings.load(secrets_dir=secrets or Path("no-such-folder"))


def given(**values: object) -> Settings:
    return GivenSettings.model_validate({"bot_token": TOKEN, **values})


def complaints(**values: object) -> list[str]:
    """What is said about these values; they must not occur in it."""
    with pytest.raises(ValidationError) as caught:
        given(**values)
    lines = describe(caught.value)
    for value in values.values():
        assert str(value) not in "\n".join(lines)
        assert str(value) not in str(caught.value)
    return lines


# Where they come from.


def test_nothing_but_the_token_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    settings = load()
    assert settings.bot_token.get_secret_value() == TOKEN
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.database == "sqlite+inline:///data/pinbell.db"
    assert settings.key_file == Path("data/secret.key")
    assert settings.public_url is None
    assert settings.telegram_mode == "polling"
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8080)
    assert settings.admin_ids == settings.allowed_ids == frozenset()


def test_environment_before_env_file_before_secrets_folder(
    bare_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = bare_place / "secrets"
    secrets.mkdir()
    for name in ("bot_token", "HTTP_HOST", "http_port"):
        value = {"bot_token": TOKEN, "HTTP_HOST": "secrets", "http_port": "3"}[name]
        (secrets / name).write_text(f"{value}\n")
    (bare_place / ".env").write_text("HTTP_HOST=env-file\nHTTP_PORT=2\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("HTTP_PORT", "1")
    settings = load(secrets)
    assert settings.http_port == 1
    assert settings.http_host == "env-file"
    assert settings.bot_token.get_secret_value() == TOKEN


def test_names_may_be_written_in_either_case(bare_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = bare_place / "secrets"
    secrets.mkdir()
    (secrets / "BOT_TOKEN").write_text(TOKEN)
    monkeypatch.setenv("log_level", "debug")
    settings = load(secrets)
    assert settings.bot_token.get_secret_value() == TOKEN
    assert settings.log_level == "DEBUG"


def test_an_empty_value_counts_as_unset(bare_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    (bare_place / ".env").write_text("".join(f"{name}=\n" for name in NAMES - {"BOT_TOKEN"}))
    assert load().model_dump() == given().model_dump()


def test_the_copied_example_needs_only_a_token(bare_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare_place / ".env").write_text((ROOT / ".env.example").read_text())
    with pytest.raises(ValidationError) as caught:
        load()
    assert describe(caught.value) == ["BOT_TOKEN is missing: docs/settings.md tells what belongs there"]
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    assert load().model_dump() == given().model_dump()


def test_the_demo_takes_nothing_from_around_it(bare_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://real/database")
    (bare_place / ".env").write_text("GSIM_URL=https://real.example.org\n")
    settings = GivenSettings(bot_token=SecretStr(TOKEN))
    assert settings.database_url is None
    assert settings.gsim_url == "https://gsim.io/api/v1"


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("ADMIN_IDS", "42")
    monkeypatch.setenv("ALLOWED_IDS", " 7, 5123456789 ,7,")
    monkeypatch.setenv("SECRET_KEYS", f"{KEY}, {OLDER_KEY}")
    settings = load()
    assert settings.admin_ids == {42}
    assert settings.allowed_ids == {7, 5123456789}
    keys = [key.get_secret_value() for key in settings.secret_keys]
    assert keys == [bytes(range(32)), bytes(32)]
    assert Vault.from_keys(keys)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://user:pw@host/name", "postgresql+asyncpg://user:pw@host/name"),
        ("postgres://user:pw@host/name?ssl=require", "postgresql+asyncpg://user:pw@host/name?ssl=require"),
        ("sqlite:////var/lib/pinbell.db", "sqlite+inline:////var/lib/pinbell.db"),
    ],
)
def test_the_database_gets_our_driver(url: str, address: str) -> None:
    assert given(database_url=url).database == address


def test_addresses_lose_their_last_slash() -> None:
    settings = given(public_url="https://bot.example.org/pinbell/", gsim_url="http://127.0.0.1:9000/gsim/")
    assert settings.public_url == "https://bot.example.org/pinbell"
    assert settings.site_urls["gsim"] == "http://127.0.0.1:9000/gsim"


def test_our_own_bot_api_server_may_speak_http() -> None:
    assert given(telegram_api_url="http://telegram-bot-api:8081").telegram_api_url


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:80", "bot.localhost"])
def test_http_is_enough_on_this_machine(host: str) -> None:
    assert given(public_url=f"http://{host}").public_url == f"http://{host}"


def test_webhook_mode_with_an_address() -> None:
    assert given(telegram_mode="webhook", public_url="https://bot.example.org").telegram_mode == "webhook"


# What is refused, and how that is said.

UNSAFE = "must begin with https:// (http:// only for a loopback address such as 127.0.0.1)"
NO_ADDRESS = "must be an address such as https://example.org"
BAD_IDS = "must be Telegram user ids (numbers, not @names) between commas"
BAD_KEYS = "must be base64 of 32 bytes each, newest first, between commas"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("bot_token", "hunter2", "must look like 123456789:AbC-dEf..., as @BotFather shows it"),
        ("bot_token", f"bot{TOKEN}", "must look like 123456789:AbC-dEf..., as @BotFather shows it"),
        ("telegram_api_url", "api.telegram.org", NO_ADDRESS),
        ("telegram_api_url", "https://user:pw@api.test", "must have no user, ? or # in it"),
        ("database_url", "mysql://user:pw@host/name", "must begin with postgresql:// or sqlite:///"),
        ("database_url", "pinbell.db", "must begin with postgresql:// or sqlite:///"),
        ("secret_keys", "hunter2!", f"{BAD_KEYS}: key 1 is not base64"),
        ("secret_keys", f"{KEY},aHVudGVyMg==", f"{BAD_KEYS}: key 2 has 7 bytes instead of 32"),
        ("secret_keys", " , ", f"{BAD_KEYS}: it holds no key"),
        ("public_url", "http://bot.example.org", UNSAFE),
        ("public_url", "http://127.0.0.1.example.org", UNSAFE),
        ("public_url", "ftp://bot.example.org", NO_ADDRESS),
        ("public_url", "https:///pinbell", NO_ADDRESS),
        ("public_url", "https://bot.example.org:99999", NO_ADDRESS),
        ("public_url", "https://bot.example.org/a b", NO_ADDRESS),
        ("public_url", "https://bot.example.org/?a=1", "must have no user, ? or # in it"),
        ("telegram_mode", "pigeon", "must be 'polling' or 'webhook'"),
        ("http_port", "eighty", "must be a valid integer, unable to parse string as an integer"),
        ("http_port", "65536", "must be a port from 1 to 65535, or 0 for any free one"),
        ("admin_ids", "@boss", BAD_IDS),
        ("admin_ids", "-100200300", BAD_IDS),
        ("allowed_ids", "1;2", BAD_IDS),
        ("log_level", "LOUD", "must be 'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL'"),
        ("log_format", "xml", "must be 'console' or 'json'"),
        ("gearsms_url", "http://app.gearsms.com/api/v1", UNSAFE),
        ("gsim_url", "http://10.0.0.1/", UNSAFE),
        ("smsgig_url", "smsgig.com", NO_ADDRESS),
        ("getsms_url", "https://getsms.test/?cmd=x", "must have no user, ? or # in it"),
        ("gotsms_url", "http://gotsms.test", UNSAFE),
    ],
)
def test_a_bad_value_is_named_and_explained(name: str, value: str, message: str) -> None:
    assert complaints(**{name: value}) == [f"{name.upper()} {message}"]


def test_a_language_without_texts_is_refused() -> None:
    (line,) = complaints(default_language="tlh")
    assert line == f"DEFAULT_LANGUAGE must be one of: {', '.join(locales.LANGUAGES)}"


def test_webhook_mode_needs_an_address() -> None:
    with pytest.raises(ValidationError) as caught:
        given(telegram_mode="webhook")
    assert describe(caught.value) == [
        "TELEGRAM_MODE=webhook needs PUBLIC_URL: Telegram must know where to call"
    ]


def test_all_that_is_wrong_is_said_at_once() -> None:
    lines = complaints(bot_token="hunter2", http_port="xyzzy", log_format="plugh")
    assert [line.split()[0] for line in lines] == ["BOT_TOKEN", "HTTP_PORT", "LOG_FORMAT"]


def test_postgres_without_its_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    (line,) = complaints(database_url="postgresql://user:hunter2@host/name")
    assert "pip install 'pinbell[postgres]'" in line


def test_secrets_are_never_printed() -> None:
    settings = given(secret_keys=KEY, database_url="postgresql://user:hunter2@host/name")
    raw = bytes(range(32))
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        for secret in (TOKEN, KEY, repr(raw), "hunter2"):
            assert secret not in shown


def test_the_log_learns_every_secret_text() -> None:
    settings = given(database_url="postgresql://user:hunter2@host/name", secret_keys=KEY)
    assert set(settings.secrets()) == {TOKEN, KEY, "hunter2"}
    assert set(given().secrets()) == {TOKEN}


# The documents.


def default_of(name: str) -> str:
    field = Settings.model_fields[name.lower()]
    if field.is_required():
        return "required"
    return str(field.default) if field.default else "unset"


def test_every_setting_is_documented_with_its_default_and_nothing_else_is() -> None:
    table = re.findall(
        r"^\| `([A-Z_]+)` \| `?([^|`]+)`? \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE
    )
    assert dict(table) == {name: default_of(name) for name in NAMES}


def test_the_example_shows_every_setting_with_its_default_and_nothing_else() -> None:
    lines = re.findall(r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    shown = {name: value or ("required" if name == "BOT_TOKEN" else "unset") for name, value in lines}
    assert shown == {name: default_of(name) for name in NAMES}
    assert len(lines) == len(shown)


def test_the_addresses_of_the_sites_are_those_that_the_adapters_name() -> None:
    from providers.registry import SITES  # noqa: PLC0415 -- the other tests here need no adapter

    assert given().site_urls == {key: site.default_url for key, site in SITES.items()}
