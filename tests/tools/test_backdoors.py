"""The rule of the project's own: no deterministic actor reaches for the world behind its host's back."""

import textwrap
from pathlib import Path
from types import ModuleType

import pytest

from tests.tools.loading import ROOT, tool


@pytest.fixture(scope="module")
def backdoors() -> ModuleType:
    return tool("backdoors")


def house(folder: Path, **modules: str) -> Path:
    for name, source in modules.items():
        path = folder / "actors" / "room" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source))
    return folder


ACTOR = """
from actors.room.helper import help

class Talker(Actor):
    deterministic = True
"""


def test_ours_have_none(backdoors: ModuleType) -> None:
    assert {
        "actors.conversation.conversation",
        "actors.users.acquaintance",
        "actors.kernel.state.state_loader",
        "actors.kernel.state.state_writer",
        "actors.kernel.state.subscriptions",
    } <= set(backdoors.deterministic_modules(ROOT))
    assert backdoors.main(ROOT) == 0


@pytest.mark.parametrize(
    "line",
    [
        "time.time()",
        "datetime.now()",
        "datetime.datetime.now()",
        "random.random()",
        "uuid.uuid4()",
        "open('x')",
        "threading.Thread(target=f).start()",
        "os.environ.get('x')",
        "hash(x)",
        "id(x)",
        "tuple({1, 2})",
        "[x for x in set(y)]",
        "socket.create_connection(x)",
    ],
)
def test_each_back_door_is_found_also_in_what_an_actor_imports(
    backdoors: ModuleType, tmp_path: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = house(tmp_path, talker=ACTOR, helper=f"def help(x, y):\n    return {line}\n")
    assert backdoors.main(folder) == 1
    assert capsys.readouterr().out.startswith("actors/room/helper.py:2: ")


@pytest.mark.parametrize(
    "line",
    ["self.side_effect(lambda: open('x'))", "random.Random(5)", "sorted(set(y))", "self.now()", "x.time()"],
)
def test_what_is_no_back_door_passes(backdoors: ModuleType, tmp_path: Path, line: str) -> None:
    folder = house(tmp_path, talker=ACTOR, helper=f"def help(self, x, y):\n    return {line}\n")
    assert backdoors.main(folder) == 0


def test_an_actor_that_is_not_deterministic_may(backdoors: ModuleType, tmp_path: Path) -> None:
    folder = house(tmp_path, reader="class Reader(Actor):\n    def f(self):\n        return open('x')\n")
    assert backdoors.main(folder) == 0
