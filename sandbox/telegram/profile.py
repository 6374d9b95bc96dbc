"""Methods by which a bot describes itself: commands, name, descriptions, menu button, wished rights."""

import re
from collections.abc import Callable

from sandbox.telegram.bots import Bot
from sandbox.telegram.call import Call, Method
from sandbox.telegram.errors import bad
from sandbox.telegram.state import ADMIN_RIGHTS, Chat, Json, User

__all__ = ["METHODS", "commands_for"]

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"[a-z]{2}|")
SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})


def commands_for(bot: Bot, chat: Chat, user: User) -> list[Json]:
    """What a person is shown: the narrowest scope that has commands, in the person's language if it can."""
    if chat.kind == "private":
        scopes = [f"chat:{chat.id}", "all_private_chats", "default"]
    else:
        scopes = [f"chat_member:{chat.id}:{user.id}"]
        if chat.rules(user.id):
            scopes += [f"chat_administrators:{chat.id}", f"chat:{chat.id}", "all_chat_administrators"]
        scopes += [f"chat:{chat.id}", "all_group_chats", "default"]
    language = (user.language_code or "").partition("-")[0]
    for scope in scopes:
        found = bot.commands.get((scope, language)) or bot.commands.get((scope, ""))
        if found:
            return found
    return []


def set_commands(call: Call) -> bool:
    """setMyCommands."""
    commands = call.params.json("commands", list, "commands")
    if commands is None:
        raise bad("can't parse commands JSON object")
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    key = (_scope(call), _language(call))
    call.bot.commands[key] = [_command(command) for command in commands]
    return True


def _command(given: object) -> Json:
    if not isinstance(given, dict):
        raise bad("can't parse BotCommand: expected an Object")
    name = str(given.get("command") or "").removeprefix("/")
    description = str(given.get("description") or "").strip()
    if not COMMAND.fullmatch(name):
        raise bad("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    made: Json = {"command": name, "description": description}
    return made | {"is_ephemeral": True} if given.get("is_ephemeral") else made


def get_commands(call: Call) -> list[Json]:
    """getMyCommands."""
    return call.bot.commands.get((_scope(call), _language(call)), [])


def delete_commands(call: Call) -> bool:
    """deleteMyCommands."""
    call.bot.commands.pop((_scope(call), _language(call)), None)
    return True


def _scope(call: Call) -> str:
    scope = call.params.json("scope", dict, "BotCommandScope") or {"type": "default"}
    kind = str(scope.get("type"))
    if kind in SCOPES:
        return kind
    if kind not in CHAT_SCOPES:
        raise bad("can't parse BotCommandScope: unsupported type specified")
    call.params.values["scope_chat_id"] = scope.get("chat_id")
    chat = call.chat("scope_chat_id")
    member = f":{scope.get('user_id')}" if kind == "chat_member" else ""
    return f"{kind}:{chat.id}{member}"


def _language(call: Call) -> str:
    language = call.params.text("language_code")
    if not LANGUAGE.fullmatch(language):
        raise bad("invalid language code specified")
    return language


def setter(field: str, limit: int, refusal: str) -> Method:
    """A method that sets a text of the profile in a language."""

    def put(call: Call) -> bool:
        text = call.params.text(field).strip()
        if len(text) > limit:
            raise bad(refusal)
        call.bot.profile[field, _language(call)] = text
        return True

    return put


def getter(field: str, otherwise: Callable[[Bot], str]) -> Method:
    """A method that tells a text of the profile in a language."""

    def tell(call: Call) -> Json:
        profile, language = call.bot.profile, _language(call)
        return {field: profile.get((field, language)) or profile.get((field, "")) or otherwise(call.bot)}

    return tell


def set_menu(call: Call) -> bool:
    """setChatMenuButton."""
    button = call.params.json("menu_button", dict, "menu button") or {"type": "default"}
    if str(button.get("type")) not in {"commands", "web_app", "default"}:
        raise bad("can't parse menu button: unsupported type specified")
    call.bot.menus[call.chat().id if "chat_id" in call.params else 0] = button
    return True


def get_menu(call: Call) -> Json:
    """getChatMenuButton."""
    return call.bot.menus.get(call.chat().id if "chat_id" in call.params else 0, {"type": "default"})


def set_rights(call: Call) -> bool:
    """setMyDefaultAdministratorRights."""
    rights = call.params.json("rights", dict, "administrator rights") or {}
    call.bot.rights[call.params.flag("for_channels")] = rights
    return True


def get_rights(call: Call) -> Json:
    """getMyDefaultAdministratorRights."""
    wished = call.bot.rights.get(call.params.flag("for_channels"), {})
    return {name: bool(wished.get(name)) for name in ("is_anonymous", *ADMIN_RIGHTS)}


METHODS: dict[str, Method] = {
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    "setMyName": setter("name", 64, "BOT_TITLE_INVALID"),
    "getMyName": getter("name", lambda bot: bot.user.first_name),
    "setMyDescription": setter("description", 512, "description is too long"),
    "getMyDescription": getter("description", lambda _bot: ""),
    "setMyShortDescription": setter("short_description", 120, "short description is too long"),
    "getMyShortDescription": getter("short_description", lambda _bot: ""),
    "setChatMenuButton": set_menu,
    "getChatMenuButton": get_menu,
    "setMyDefaultAdministratorRights": set_rights,
    "getMyDefaultAdministratorRights": get_rights,
}
