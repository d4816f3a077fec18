"""Whether plugins can be used, tried in processes of their own."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from config.plugins.discovery import _distributions, judged
from config.plugins.manifest import read_manifest
from config.plugins.plugin import ACTORS, SYNTHESIZERS, Part, Plugin
from config.schema import Config
from supervisor.cli.plugins.plugins import lines_of
from supervisor.doctor.finding import Severity
from supervisor.doctor.machine.plugins import judge
from supervisor.plugins.report import PluginReport, TrialFailed, report_on, reports, try_apart
from tests.doubles.plugins import HEAD, lay

ACTOR = "from supervisor.plugins.api import Actor, Message, durable, handles\n"
ODD = {
    "raises": "import a_library_that_nobody_has",
    "exits": "raise SystemExit('no licence')",
    "plain": "class Ear: pass",
    "lacks": "",
    "deaf": ACTOR + "class Ear(Actor):\n    @handles\n    def on_it(self, message: int) -> None: ...",
    "sound": ACTOR + "print('hello')\nclass Ear(Actor): pass",
}
SAID = {
    "raises": "the import of gerald_odd.raises failed: ModuleNotFoundError",
    "exits": "the import of gerald_odd.exits failed: SystemExit: no licence",
    "plain": "gerald_odd.plain:Ear is no actor",
    "lacks": "looking up gerald_odd.lacks:Ear failed: AttributeError",
    "deaf": "looking for the handlers of gerald_odd.deaf:Ear failed: HandlerError",
}


def ear(name: str) -> Mapping[str, Mapping[str, str]]:
    return {ACTORS: {f"{name}.ear": f"gerald_{name}.ear:Ear"}}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plugins")
    odd = {ACTORS: {f"odd.{name}": f"gerald_odd.{name}:Ear" for name in ODD}}
    lay(folder, "odd", {**odd, SYNTHESIZERS: {"odd.voice": "os:sep"}}, ODD)
    lay(folder, "ends", ear("ends"), {"ear": "import os; os._exit(3)"})
    lay(folder, "hangs", ear("hangs"), {"ear": "import time; time.sleep(1000)"})
    named = ACTOR + "class NobodysMessage(Message): pass\nclass Ear(Actor): pass"
    lay(folder, "named", ear("named"), {"ear": named})
    kept = ACTOR + "@durable('hats.State')\nclass State: pass\nclass Ear(Actor): pass"
    lay(folder, "kept", ear("kept"), {"ear": kept})
    late = HEAD + 'messages = "gerald_late.messages"\n'
    lay(folder, "late", ear("late"), {"ear": ACTOR + "class Ear(Actor): pass", "messages": "1 / 0"}, late)
    return folder


def plugins(folder: Path) -> tuple[Plugin, ...]:
    found = tuple(_distributions([str(folder)]))
    return judged(found, lambda package: read_manifest(folder / package / "gerald-plugin.toml"))


def test_each_way_to_be_broken_is_said_and_ends_nobody(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(installed)
    trial = {"hangs": 1.0}
    found = {
        one.name: one
        for one in reports(
            plugins(installed), Config(), lambda plugin: try_apart(plugin, trial.get(plugin.name, 30.0))
        )
    }
    assert {one.state for one in found.values()} == {"broken"}
    assert found["ends"].reason == "its import ended the process that tried it (status 3)"
    assert found["hangs"].reason == "it was not imported within 1 s"
    assert "gerald_named.ear calls a class 'NobodysMessage'" in found["named"].reason
    assert 'plugin="named"' in found["named"].reason
    assert "gerald_kept.ear calls a class 'hats.State'" in found["kept"].reason
    assert "the import of gerald_late.messages failed: ZeroDivisionError" in found["late"].reason
    parts = {part.name.partition(".")[2]: part.broken for part in found["odd"].parts}
    for name, said in SAID.items():
        assert said in parts[name]
    assert parts["sound"] == ""
    assert "os:sep cannot be called" in parts["voice"]
    assert not [name for name in sys.modules if name.startswith("gerald_")], (
        "nothing of them was imported here"
    )


HATS = Plugin("hats", "gerald-hats 1.0", (Part(ACTORS, "hats.stand", "gerald_hats:Stand"),), "gerald_hats")


def fails(plugin: Plugin) -> Mapping[str, str]:
    raise TrialFailed("it fell")


def test_a_plugin_is_sound_off_or_broken() -> None:
    assert report_on(HATS, "", lambda plugin: {}).state == "ok"
    off = report_on(HATS, "plugins.disabled names it", fails)
    assert (off.state, off.reason) == ("off", "plugins.disabled names it")
    broken = report_on(HATS, "", fails)
    assert (broken.state, broken.reason) == ("broken", "it fell")
    assert "pip uninstall gerald-hats" in broken.remedy
    torn = report_on(HATS, "", lambda plugin: {"gerald.actors hats.stand": "it is torn"})
    assert (torn.state, torn.reason, torn.parts[0].broken) == ("broken", "it is torn", "it is torn")


def test_people_and_the_doctor_are_told_what_to_do() -> None:
    broken = report_on(HATS, "", fails)
    lines = "\n".join(lines_of(broken))
    assert "broken  hats (gerald-hats 1.0)" in lines
    assert "it fell" in lines
    assert "-> update it, `pip uninstall gerald-hats`" in lines
    sound = report_on(HATS, "", lambda plugin: {})
    off = report_on(HATS, "plugins.enabled is false", fails)
    assert [one.severity for one in judge((sound, broken, off))] == [
        Severity.OK,
        Severity.PROBLEM,
        Severity.NOTE,
    ]
    assert [one.seen for one in judge(())] == ["none is installed"]


def test_a_name_cannot_steer_the_terminal() -> None:
    evil = PluginReport("hats", "gerald\x1b[2J 1", "", "ok")
    assert "\x1b" not in "".join(lines_of(evil))
