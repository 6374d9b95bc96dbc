"""What is secret, between its open and its sealed form. Each is bound to its row, owner and site."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.site import Sms
from storage.accounts import Account
from storage.vault import Place, Vault

Credentials = dict[str, str]


@dataclass(frozen=True, slots=True)
class RowOwner:
    """Whose value it is: the row it stands in, its owner (an account or a user) and its site."""

    row: str
    owner: str
    site: str

    def place(self, table: str, column: str) -> Place:
        """The associated data of one column."""
        return Place(table=table, column=column, row=self.row, owner=self.owner, site=self.site)


@dataclass(frozen=True, slots=True)
class MessageBody:
    """An SMS as it was delivered."""

    text: str = field(repr=False)
    code: str | None = field(repr=False)
    sender: str | None = None


def seal_credentials(vault: Vault, owner: RowOwner, credentials: Mapping[str, str]) -> bytes:
    """For `accounts.credentials` and `accounts.old_credentials`."""
    return vault.seal(_dump(dict(credentials)), owner.place("accounts", "credentials"))


def open_credentials(vault: Vault, account: Account) -> Credentials:
    """The account's key (and user). Raises Tampered."""
    return _credentials(vault, account, account.credentials)


def all_credentials(vault: Vault, account: Account, now: int) -> list[Credentials]:
    """Newest first: also the replaced key while webhooks signed with it still pass."""
    found = [open_credentials(vault, account)]
    if account.old_credentials is not None and (account.old_until or 0) > now:
        found.append(_credentials(vault, account, account.old_credentials))
    return found


def account_owner(account: Account) -> RowOwner:
    """Whose an account's sealed values are."""
    return RowOwner(account.id, str(account.owner_id), account.site)


def seal_hook_token(vault: Vault, owner: RowOwner, token: str) -> bytes:
    """For `accounts.hook_token`."""
    return vault.seal(token.encode(), owner.place("accounts", "hook_token"))


def open_hook_token(vault: Vault, account: Account) -> str | None:
    """The account's webhook token, if its site has webhooks. Raises Tampered."""
    if account.hook_token is None:
        return None
    return vault.open(account.hook_token, account_owner(account).place("accounts", "hook_token")).decode()


def seal_message(vault: Vault, owner: RowOwner, sms: Sms) -> bytes:
    """For `messages.body`. The owner is the order."""
    body = {"text": sms.text, "code": sms.code, "sender": sms.sender}
    return vault.seal(_dump(body), owner.place("messages", "body"))


def open_message(vault: Vault, owner: RowOwner, body: bytes) -> MessageBody:
    """An SMS again. Raises Tampered."""
    return MessageBody(**json.loads(vault.open(body, owner.place("messages", "body"))))


def seal_hook_body(vault: Vault, owner: RowOwner, body: bytes) -> bytes:
    """For `hooks.body`: it holds a code. The owner is the account."""
    return vault.seal(body, owner.place("hooks", "body"))


def open_hook_body(vault: Vault, owner: RowOwner, body: bytes) -> bytes:
    """The raw webhook again. Raises Tampered."""
    return vault.open(body, owner.place("hooks", "body"))


def seal_typed(vault: Vault, owner: RowOwner, typed: Mapping[str, str]) -> bytes:
    """For `prompts.sealed`: what was typed so far on the way to a linked account."""
    return vault.seal(_dump(dict(typed)), owner.place("prompts", "sealed"))


def open_typed(vault: Vault, owner: RowOwner, sealed: bytes) -> Credentials:
    """What was typed so far. Raises Tampered."""
    typed: Credentials = json.loads(vault.open(sealed, owner.place("prompts", "sealed")))
    return typed


def seal_words(vault: Vault, owner: RowOwner, words: str) -> str:
    """Somebody's own words in a pick, as text for JSON. The row is the account, the owner who typed them."""
    return base64.b64encode(vault.seal(words.encode(), owner.place("picks", "words"))).decode()


def open_words(vault: Vault, owner: RowOwner, sealed: str) -> str:
    """The words again. Raises Tampered."""
    return vault.open(base64.b64decode(sealed), owner.place("picks", "words")).decode()


def _credentials(vault: Vault, account: Account, sealed: bytes) -> Credentials:
    opened = vault.open(sealed, account_owner(account).place("accounts", "credentials"))
    credentials: Credentials = json.loads(opened)
    return credentials


def _dump(value: Mapping[str, str | None]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
