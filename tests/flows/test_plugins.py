"""Plugins as an owner has them: the template, built and installed into a copy of this environment, runs in an instance
beside broken ones, and is taken out again."""

import json
import os
import queue
import shutil
import site
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from actors.osc.wire import datagram
from supervisor.control.client import call, stream
from supervisor.control.wire import RequestRefused
from supervisor.demo.instance import free_port
from tests.flows.conftest import Command

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "docs" / "plugin-template"
WITHIN = 60.0
BROKEN: Mapping[str, tuple[str, str]] = {
    "raises": ("interface = 1", "import a_library_that_nobody_has"),
    "leaves": ("interface = 1", "import sys\nprint('bye')\nsys.exit('no licence')"),
    "future": ("interface = 2", ""),
}
"""By name: the manifest's first line, and the code of the module with the actor."""


def run(*command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None, code: int = 0) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GERALD_")}
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=WITHIN, env={**environ, **(env or {})}
    )
    assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a copy of this environment, with the template installed as `pip install` does it."""
    folder = tmp_path_factory.mktemp("environment")
    source = folder / "source"
    shutil.copytree(TEMPLATE, source)
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    wheel = run(sys.executable, "-c", build, folder, cwd=source).split()[-1]
    venv.create(folder / "copy", symlinks=os.name == "posix")
    base = {"base": str(folder / "copy")}
    packages = Path(sysconfig.get_path("purelib", "venv", base))
    there = [path for path in site.getsitepackages() if Path(path).is_dir()]
    lines = "".join(f"import site; site.addsitedir({path!r})\n" for path in there)
    (packages / "base.pth").write_text(f"{lines}{ROOT}\n")
    made = Path(sysconfig.get_path("scripts", "venv", base)) / Path(sys.executable).name
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        made,
        "install",
        "-q",
        "--no-index",
        "--no-deps",
        folder / wheel,
    )
    return made


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with broken plugins, for PYTHONPATH."""
    folder = tmp_path_factory.mktemp("broken")
    for name, (head, code) in BROKEN.items():
        package = folder / f"gerald_{name}"
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "gerald-plugin.toml").write_text(f'{head}\nabout = "Broken."\n')
        (package / "ear.py").write_text(code)
        (info := folder / f"gerald_{name}-1.0.dist-info").mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: gerald-{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(
            f"[gerald.plugins]\n{name} = gerald_{name}\n[gerald.actors]\n{name}.ear = gerald_{name}.ear:Ear\n"
        )
    return folder


class Session:
    """`supervisor run` with plugins, and commands beside it."""

    def __init__(self, python: Path, home: Path, path: Path | None) -> None:
        self.python, self.home = python, home
        self.env = {"PYTHONPATH": str(path)} if path is not None else {}
        self.port = free_port()

    def __call__(self, *arguments: str, code: int = 0) -> str:
        return run(self.python, "-m", "supervisor", "--home", self.home, *arguments, env=self.env, code=code)

    def start(self) -> None:
        keys = (
            f"osc.input_port={self.port}",
            f"osc.output_port={free_port()}",
            "osc.query=off",
            "llm.mock_responses=true",
            "page.enabled=false",
        )
        options = [part for key in keys for part in ("--set", key)]
        self.process = subprocess.Popen(
            [self.python, "-m", "supervisor", "--home", self.home, "run", "--text", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **self.env},
            cwd=self.home,
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def wait_for(self, *wanted: str) -> None:
        """Until each of these stands in some line that was printed."""
        missing = set(wanted)
        while missing:
            line = self._lines.get(timeout=WITHIN)
            missing = {words for words in missing if words not in line}

    def end(self) -> None:
        if self.process.poll() is None:
            call(self.home, {"do": "stop", "wait": True})
        self.process.wait(WITHIN)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def status(self) -> dict[str, Any]:
        return call(self.home, {"do": "status"})

    def ask(self, kind: str) -> dict[str, Any]:
        return call(self.home, {"do": "ask", "address": "example.highfive", "type": kind, "message": {}})

    def high_fives(self) -> int:
        answer = self.ask("example.GetHighFives")
        assert answer["type"] == "example.HighFives"
        return int(answer["message"]["count"])

    def high_five(self) -> None:
        """Give it one, until it has counted it."""
        before, until = self.high_fives(), time.monotonic() + WITHIN
        while self.high_fives() <= before:
            assert time.monotonic() < until, "nobody returned it"
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as game:
                for given in (False, True):
                    game.sendto(datagram("/avatar/parameters/HighFive", given), ("127.0.0.1", self.port))


@pytest.fixture(scope="module")
def session(python: Path, others: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    made = Session(python, tmp_path_factory.mktemp("home"), others)
    made.start()
    try:
        made.wait_for("READY", "OK  example.highfive", *(f"DOWN  {name}.ear: " for name in BROKEN))
        yield made
    finally:
        made.end()


def test_the_template_s_own_tests_pass(python: Path) -> None:
    run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEMPLATE / "tests", cwd=TEMPLATE)


def test_what_is_installed_is_listed_with_what_is_wrong(session: Session) -> None:
    found = json.loads(session("plugins", "--json", code=1).splitlines()[-1])["plugins"]
    assert {plugin["name"]: plugin["state"] for plugin in found} == {
        "example": "ok",
        **dict.fromkeys(BROKEN, "broken"),
    }
    reasons = {plugin["name"]: plugin["reason"] for plugin in found}
    assert "a_library_that_nobody_has" in reasons["raises"]
    assert "SystemExit: no licence" in reasons["leaves"]
    assert "written for interface 2" in reasons["future"]


def test_a_broken_one_is_down_with_its_reason_and_takes_nobody_along(session: Session) -> None:
    assert list(stream(session.home, {"do": "talk", "text": "Hello there!", "as": "Mio"}))
    status = session.status()
    actors = {actor["address"]: actor for actor in status["actors"]}
    down = {address: actors[address]["reason"] for address in ("raises.ear", "leaves.ear", "future.ear")}
    assert {actors[address]["health"] for address in down} == {"DOWN"}, down
    assert "the import of gerald_raises.ear failed: ModuleNotFoundError" in down["raises.ear"]
    assert "SystemExit: no licence" in down["leaves.ear"]
    assert "written for interface 2" in down["future.ear"]
    assert "pip uninstall gerald-future" in actors["future.ear"]["remedy"]
    assert actors["example.highfive"]["health"] == "OK"
    assert status["ready"]
    assert not [actor for actor in status["actors"] if actor["failures"]]


def test_a_high_five_becomes_an_act_and_a_word_and_a_killed_sense_comes_back(session: Session) -> None:
    session.high_five()
    assert list(stream(session.home, {"do": "kill", "address": "example.highfive", "wait": True}))
    assert session.high_fives() == 0
    actors = {actor["address"]: actor["incarnation"] for actor in session.status()["actors"]}
    assert actors["conversation"] == 1


def test_its_settings_are_keys_like_any_other(session: Session) -> None:
    assert "from 0 to 3600 s" in session("config", "set", "plugins.example.pause", "4000", code=1)
    assert "is in force" in session("config", "set", "plugins.example.pause", "0.5")
    assert "is in force" in session("config", "set", "plugins.disabled", "[example]")
    assert "example.highfive is off" in session("restart", "example.highfive", code=1)
    assert "is in force" in session("config", "set", "plugins.disabled", "[]")


def test_a_message_of_its_is_refused_as_one_of_gerald_s(session: Session) -> None:
    with pytest.raises(RequestRefused, match=r"example\.GetHighFives"):
        session.ask("StopActs")


def test_without_it_gerald_starts_and_its_trace_is_shown_counted_and_replayed_around(
    session: Session,
) -> None:
    session.high_five()
    session.end()
    plain = Command(session.home)
    (session.home / "config").mkdir(exist_ok=True)
    (session.home / "config" / "config.yaml").write_text(
        "plugins: {example: {act: nod}}\nspeech: {synthesizer: example.hum}\n"
    )
    checked = plain("config", "check")
    assert "plugins.example: no sound plugin of this name is installed" in checked
    assert "no sound plugin brings example.hum: piper is used" in checked
    assert "example.highfive → conversation" in plain("trace", "show", "--type", "SpeakFirst")
    assert "example.highfive → behaviour" in plain("trace", "show", "--type", "MakeAct")
    shown = plain("trace", "show", "--type", "example.GetHighFives")
    assert "outside → example.highfive" in shown
    assert "messages of a plugin that is not installed: example.GetHighFives" in shown
    assert "of a plugin that is not installed: example.GetHighFives" in plain("trace", "stats")
    replayed = plain("replay")
    assert "identical" in replayed
    assert "not replayed: example.highfive: it is of the plugin example, which is not" in replayed
    kept = str(ROOT / "tests" / "traces" / "plugins" / "high-five.mcap")
    assert "identical" in session("replay", kept, "--actor", "example.highfive")
