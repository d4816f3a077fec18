"""What the parts of the language model's room see of its actor."""

from collections.abc import Callable
from typing import Protocol

from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Health
from actors.llm.http.streams import Streams
from actors.llm.requests.request_queue import QueuedRequest, RequestQueue
from actors.llm.servers.order import ServerOrder
from actors.llm.servers.providers import Server
from config.schema import Llm


class Owner(Protocol):
    """llm: the section in force. servers: who may be asked. queue: who waits. asked_at: when anybody asked last."""

    llm: Llm
    servers: ServerOrder
    queue: RequestQueue
    streams: Streams
    asked_at: float

    def now(self) -> float: ...
    def after(self, seconds: float, message: Message) -> int: ...
    def side_effect(self, do: Callable[[], object]) -> None: ...
    def server(self, tried: tuple[str, ...] = ()) -> Server | None: ...
    def say(self, health: Health, reason: str, remedy: str = "") -> None: ...
    def begin_waiting(self) -> None: ...
    def refuse(self, request: QueuedRequest, owner: str) -> None: ...
    def ask_where(self) -> None: ...
    def can_answer(self) -> bool: ...
