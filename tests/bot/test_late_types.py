"""aiogram's types are there when they are used, and were not built before."""

import subprocess
import sys

PROGRAM = """
from bot.late_types import build_when_used

build_when_used()
from aiogram.methods import SendMessage
from aiogram.types import Chat, ForceReply, InlineKeyboardMarkup, Message, Poll, Update
from pydantic import BaseModel

assert not any(one.__pydantic_complete__ for one in (Chat, Message, Poll, Update, SendMessage))
message = {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}, "text": "hello"}
update = Update.model_validate({"update_id": 1, "message": {**message, "reply_to_message": message}})
assert isinstance(update.message.reply_to_message.chat, Chat)
keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
method = SendMessage(chat_id=7, text="x", reply_markup=keyboard)
assert isinstance(method.reply_markup, InlineKeyboardMarkup)
assert isinstance(SendMessage(chat_id=7, text="x", reply_markup=ForceReply()).reply_markup, ForceReply)
assert not Poll.__pydantic_complete__


def ours():
    class Late(BaseModel):
        value: "Later"

    class Later(BaseModel):
        number: int

    Late.model_rebuild()
    return Late


assert ours()(value={"number": 1}).value.number == 1
"""


def test_types_are_built_at_their_first_use_and_other_models_as_ever() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
