"""The settings: from environment, `.env`, or files in a secrets folder. docs/settings.md explains each."""

import base64
import importlib.util
import ipaddress
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    SecretBytes,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

import locales
from storage.vault import parse_keys

SECRETS_DIR = Path("/run/secrets")
OFFICIAL_API = "https://api.telegram.org"

_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{10,}")
_DRIVERS = {
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "sqlite": "sqlite+inline",
}


def _problem(message: str) -> PydanticCustomError:
    """A validation error in our words. It must never quote the value: it may be a secret."""
    return PydanticCustomError("setting", "{message}", {"message": message})


def _web_address(url: str) -> str:
    """An http(s) address of a host and perhaps a path, without the slash at its end."""
    parts = urlsplit(url)
    try:
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or re.search(r"\s", url):
        raise _problem("must be an address such as https://example.org")
    if parts.username or parts.query or parts.fragment:
        raise _problem("must have no user, ? or # in it")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _safe_address(url: str) -> str:
    """A web address over which a secret may travel."""
    url = _web_address(url)
    parts = urlsplit(url)
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise _problem("must begin with https:// (http:// only for a loopback address such as 127.0.0.1)")
    return url


def _user_ids(value: object) -> object:
    """Ids between commas, as they stand in the environment; a collection stays what it is."""
    if not isinstance(value, str):
        return value
    words = [word.strip() for word in value.split(",") if word.strip()]
    if not all(re.fullmatch(r"[1-9][0-9]{0,15}", word) for word in words):
        raise _problem("must be Telegram user ids (numbers, not @names) between commas")
    return frozenset(map(int, words))


def _keys(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return tuple(SecretBytes(key) for key in parse_keys(value))
    except ValueError as error:
        raise _problem(f"must be base64 of 32 bytes each, newest first, between commas: {error}") from None


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


WebAddress = Annotated[str, AfterValidator(_web_address)]
SafeAddress = Annotated[str, AfterValidator(_safe_address)]
UserIds = Annotated[frozenset[int], NoDecode, BeforeValidator(_user_ids)]


class Settings(BaseSettings):
    """All that the one who runs the bot can set. `describe` turns a ValidationError into readable lines."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,  # `PUBLIC_URL=` in a copied .env.example means unset
        extra="ignore",  # .env and the secrets folder may hold what other programs read
        hide_input_in_errors=True,
        frozen=True,
        validate_default=False,
    )

    bot_token: SecretStr
    telegram_api_url: WebAddress = OFFICIAL_API
    database_url: SecretStr | None = None
    data_dir: Path = Path("data")
    secret_keys: Annotated[tuple[SecretBytes, ...], NoDecode, BeforeValidator(_keys)] = ()
    public_url: SafeAddress | None = None
    telegram_mode: Annotated[Literal["polling", "webhook"], BeforeValidator(_lower)] = "polling"
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    admin_ids: UserIds = frozenset()
    allowed_ids: UserIds = frozenset()
    default_language: str = "en"
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)
    ] = "INFO"
    log_format: Annotated[Literal["console", "json"], BeforeValidator(_lower)] = "console"
    gearsms_url: SafeAddress = "https://app.gearsms.com/api/v1"
    gsim_url: SafeAddress = "https://gsim.io/api/v1"
    smsgig_url: SafeAddress = "https://smsgig.com/api/v1"
    getsms_url: SafeAddress = "https://getsms.online/api_command.php"
    gotsms_url: SafeAddress = "https://app.gotsms.org/api"

    @classmethod
    def load(cls, *, secrets_dir: Path = SECRETS_DIR) -> Self:
        """The settings as they stand: environment before `.env` before the secrets folder.

        Raises ValidationError.
        """
        # pydantic-settings warns about a folder that is not there.
        return cls(_secrets_dir=secrets_dir if secrets_dir.is_dir() else None)  # type: ignore[call-arg]

    @field_validator("bot_token")
    @classmethod
    def _token_shape(cls, token: SecretStr) -> SecretStr:
        if not _TOKEN.fullmatch(token.get_secret_value()):
            raise _problem("must look like 123456789:AbC-dEf..., as @BotFather shows it")
        return token

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: SecretStr | None) -> SecretStr | None:
        if url is None:
            return None
        scheme, colon, rest = url.get_secret_value().partition("://")
        if scheme not in _DRIVERS or not colon or not rest:
            raise _problem("must begin with postgresql:// or sqlite:///")
        if scheme != "sqlite" and importlib.util.find_spec("asyncpg") is None:
            raise _problem("needs the postgres extra: pip install 'pinbell[postgres]'")
        return url

    @field_validator("http_port")
    @classmethod
    def _port_range(cls, port: int) -> int:
        if not 0 <= port <= 65535:
            raise _problem("must be a port from 1 to 65535, or 0 for any free one")
        return port

    @field_validator("default_language")
    @classmethod
    def _known_language(cls, language: str) -> str:
        if language not in locales.LANGUAGES:
            raise _problem(f"must be one of: {', '.join(locales.LANGUAGES)}")
        return language

    @model_validator(mode="after")
    def _webhook_has_address(self) -> Self:
        if self.telegram_mode == "webhook" and self.public_url is None:
            raise _problem("TELEGRAM_MODE=webhook needs PUBLIC_URL: Telegram must know where to call")
        return self

    @property
    def database(self) -> str:
        """The database's address with the driver that we use. Holds the password: not for logs."""
        if self.database_url is None:
            return f"sqlite+inline:///{self.data_dir / 'pinbell.db'}"
        scheme, _, rest = self.database_url.get_secret_value().partition("://")
        return f"{_DRIVERS[scheme]}://{rest}"

    @property
    def key_file(self) -> Path:
        """Where the secret key lives when SECRET_KEYS is unset."""
        return self.data_dir / "secret.key"

    @property
    def site_urls(self) -> dict[str, str]:
        """Base addresses by site key."""
        return {
            name.removesuffix("_url"): getattr(self, name)
            for name in ("gearsms_url", "gsim_url", "smsgig_url", "getsms_url", "gotsms_url")
        }

    def secrets(self) -> Iterable[str]:
        """All secret texts in here, for the log's redactor."""
        yield self.bot_token.get_secret_value()
        yield from (base64.b64encode(key.get_secret_value()).decode() for key in self.secret_keys)
        if self.database_url is not None and (password := _password(self.database_url.get_secret_value())):
            yield password


class GivenSettings(Settings):
    """Only what is passed counts, whatever stands around it: for the demo and the tests."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """No source but the arguments."""
        return (init_settings,)


def describe(error: ValidationError) -> list[str]:
    """What is wrong, a line for each setting, without any value."""
    return [_line(problem) for problem in error.errors(include_input=False, include_url=False)]


def _line(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"][:1]).upper()
    if problem["type"] == "missing":
        return f"{name} is missing: docs/settings.md tells what belongs there"
    message = problem["msg"]
    message = message[0].lower() + message[1:] if message.startswith("Input") else message
    message = message.replace("input should be", "must be")
    return f"{name} {message}" if name else message


def _password(url: str) -> str | None:
    try:
        return urlsplit(url).password
    except ValueError:
        return None
