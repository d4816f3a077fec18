"""`make lint` refuses what the architecture forbids: each is planted in a copy, and the check for it finds it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.loading import ROOT, tool

addresses = tool("addresses")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for package in ("actors", "supervisor", "config"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture(scope="module")
def known() -> set[str]:
    found: set[str] = addresses.known_addresses(ROOT)
    return found


def lint(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """The contract of that id, checked as `make lint` checks it."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--contract", contract]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100)


ROOM = {"actors/smell/__init__.py": "", "actors/smell/nose.py": "", "actors/smell/messages.py": "X = 1\n"}


@pytest.mark.parametrize(
    ("contract", "files"),
    [
        pytest.param("kernel", {"actors/kernel/x.py": "from actors.users.messages import USERS\n"}, id="kernel"),
        pytest.param("kernel", {**ROOM, "actors/kernel/x.py": "import actors.smell.messages\n"}, id="new room"),
        pytest.param("kernel", {"actors/vocabulary/x.py": "import actors.kernel.message\n"}, id="vocabulary"),
        pytest.param("rooms", {**ROOM, "actors/smell/nose.py": "import actors.users.state\n"}, id="its inside"),
        pytest.param("rooms", {**ROOM, "actors/users/x.py": "import actors.smell.nose\n"}, id="a new inside"),
        pytest.param("layers", {**ROOM, "actors/smell/nose.py": "import supervisor.tree\n"}, id="upwards"),
        pytest.param("circles", {**ROOM, "actors/smell/nose.py": "import actors.smell.b\n",
                                 "actors/smell/b.py": "import actors.smell.nose\n"}, id="circle of modules"),
        pytest.param("circles", {"supervisor/otp/x.py": "import supervisor.runtime.runtime\n"},
                     id="circle of packages"),
        pytest.param("circles", {"config/syntax/x.py": "import config.layers.merge\n"}, id="circle in config"),
    ],
)  # fmt: skip
def test_an_import_that_the_architecture_forbids_is_found(
    copy: Path, contract: str, files: dict[str, str]
) -> None:
    for name, text in files.items():
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_text(text)
    try:
        found = lint(copy, contract)
        assert (found.returncode, "BROKEN" in found.stdout) == (1, True), found.stdout
    finally:
        for name in files:
            (copy / name).unlink()
        shutil.rmtree(copy / "actors" / "smell", ignore_errors=True)


def test_without_it_every_one_of_these_checks_passes(copy: Path) -> None:
    for contract in ("kernel", "rooms", "layers", "circles"):
        assert lint(copy, contract).returncode == 0
    assert addresses.main(copy) == 0


@pytest.mark.parametrize(
    "line",
    [
        'X = "speech.recognizer"',
        'self.tell("users", message)',
        'self.ask("world", WhoIsHere(), then="on_present")',
        'registry.slot("persistence")',
        'envelope = Envelope(recipient="conversation")',
        'found = slot.address == "system"',
        'found = slot.address in ("root", "core")',
        'SYSTEM = "system"',
        'LIGHT = ("users", "world")',
        '{"llm.local": 1}',
    ],
)
def test_an_address_that_is_written_out_is_found(line: str, known: set[str]) -> None:
    assert [number for number, _ in addresses.faults_of(f"\n{line}\n", known)][:1] == [2]


def test_the_file_and_the_line_of_an_address_are_named(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planted = copy / "supervisor" / "planted.py"
    planted.write_text('\nX = "speech.recognizer"\n')
    try:
        assert addresses.main(copy) == 1
    finally:
        planted.unlink()
    assert capsys.readouterr().out.startswith("supervisor/planted.py:2: ")


@pytest.mark.parametrize(
    "line",
    [
        'domain = "users"',
        'section = sections["llm"]',
        'ChatMessage("system", text)',
        'ROLES = ("user", "system")',
        '"""At `osc.receiver`."""',
        'self.tell(USERS, message)',
    ],
)  # fmt: skip
def test_an_ordinary_word_is_no_address(line: str, known: set[str]) -> None:
    assert addresses.faults_of(f"\n{line}\n", known) == []
