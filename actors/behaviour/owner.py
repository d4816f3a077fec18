"""What the parts of the behaviour see of its actor."""

import random
from typing import Any, Protocol

from actors.kernel.message import Message
from config.schema import Behaviour, Bot


class Owner(Protocol):
    """See Actor for the promises. settings, bot: in force. language: that the bot speaks."""

    settings: Behaviour
    bot: Bot

    @property
    def language(self) -> str: ...
    @property
    def random(self) -> random.Random: ...
    def tell(self, to: str, message: Message, *, notify: bool = False) -> str: ...
    def ask(self, to: str, message: Message, then: str, context: Any = None, within: float = 5.0) -> str: ...
    def after(self, seconds: float, message: Message) -> int: ...
    def now(self) -> float: ...
    def wall(self) -> float: ...

    def do(self, act: str, turn: int, why: str, *, unasked: bool = False, named: str = "") -> str:
        """Do it, if it may be done now; else why not."""
