"""No handler can wait for another actor, so no circle of waiting actors can come about.

Shown in three ways: what a handler is given has nothing to wait with; what could wait is out of the rooms' reach; and
whoever gets hold of it all the same is told so instead of hanging.
"""

import ast
import inspect
import queue
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from actors.kernel.actor import Actor, ActorContext, handles
from actors.kernel.directory import Directory
from actors.kernel.errors import WouldBlock
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Message
from actors.kernel.thread_host import ExternalClient, OneLockFuture, SystemClock, ThreadHost

ROOMS = Path(__file__).parents[3] / "actors"
WITHIN = 10.0


class PleaseWait(Message):
    """Have the actor wait for an answer, in the way called `how`."""

    how: str


class Impatient(Actor):
    def __init__(self, outside: ExternalClient, outcomes: "queue.SimpleQueue[Any]") -> None:
        self.client = outside
        self.outcomes = outcomes

    @handles
    def on_wait(self, message: PleaseWait) -> None:
        try:
            if message.how == "answer":
                self.client.answer("somebody", PleaseWait("never"), WITHIN)
            elif message.how == "future":
                self.client.ask("somebody", PleaseWait("never")).get(timeout=WITHIN)
            else:
                done = OneLockFuture()
                done.set("at hand")
                self.outcomes.put(done.get())
        except WouldBlock as error:
            self.outcomes.put(error)


@pytest.mark.parametrize(("how", "refused"), [("answer", True), ("future", True), ("done", False)])
def test_waiting_in_a_handler_is_refused_at_once(how: str, refused: bool) -> None:
    directory = Directory()
    outside = ExternalClient(directory)
    outcomes: queue.SimpleQueue[Any] = queue.SimpleQueue()
    mailbox = Mailbox()
    directory.open("impatient", mailbox)
    directory.open("somebody", Mailbox())  # who never answers

    def make(ended: Ended) -> Incarnation:
        actor = Impatient(outside, outcomes)
        return Incarnation(actor, "impatient", 1, mailbox, directory, SystemClock(), on_end=ended)

    ref = ThreadHost.start(make, outside)
    outside.tell("impatient", PleaseWait(how))
    outcome = outcomes.get(timeout=WITHIN)
    if refused:
        assert isinstance(outcome, WouldBlock)
        assert "use ask()" in str(outcome)
    else:
        assert outcome == "at hand"
    ref.stop(timeout=WITHIN)


def test_what_a_handler_may_do_returns_nothing_to_wait_for() -> None:
    plain = {"str", "int", "float", "None", "Random", "Envelope | None", "NoneType"}
    for name, method in inspect.getmembers(ActorContext, inspect.isfunction):
        if name.startswith("_"):
            continue
        returned = get_type_hints(method).get("return")
        assert getattr(returned, "__name__", str(returned)) in plain, name


def _sources() -> list[Path]:
    return [path for path in sorted(ROOMS.rglob("*.py")) if "kernel" not in path.parts]


@pytest.mark.parametrize("path", _sources(), ids=lambda path: path.relative_to(ROOMS).as_posix())
def test_no_room_imports_what_could_wait_for_an_actor(path: Path) -> None:
    forbidden = {"actors.kernel.thread_host", "pykka", "concurrent.futures"}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        modules = {node.module or ""} if isinstance(node, ast.ImportFrom) else set()
        if isinstance(node, ast.Import):
            modules = {alias.name for alias in node.names}
        assert not modules & forbidden, f"{path}:{node.lineno}"


@pytest.mark.parametrize("path", _sources(), ids=lambda path: path.relative_to(ROOMS).as_posix())
def test_no_handler_sleeps_or_waits_for_ever(path: Path) -> None:
    for handler in _handlers(ast.parse(path.read_text("utf-8"))):
        for node in ast.walk(handler):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = node.func.attr
                assert called not in ("sleep", "result"), f"{path}:{node.lineno}"
                if called in ("wait", "acquire", "join"):
                    limited = node.args or any(k.arg == "timeout" for k in node.keywords)
                    assert limited, f"{path}:{node.lineno}: waits without a limit"


def _handlers(tree: ast.AST) -> list[ast.FunctionDef]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(d, ast.Name) and d.id == "handles" for d in node.decorator_list)
    ]
