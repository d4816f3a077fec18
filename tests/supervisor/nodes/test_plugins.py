"""The actors of plugins, where they run."""

from pathlib import Path
from typing import Any

import pytest

from actors.kernel.actor import Actor
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from config.plugins.plugin import ACTORS, Part, Plugin
from config.schema import Config
from supervisor import tree as module
from supervisor.nodes.broken_plugin import BrokenPlugin
from supervisor.nodes.plugins import make_of_plugin
from supervisor.otp.spec import walk
from supervisor.tree import PLUGINS, tree
from tests.doubles.virtual_world import VirtualWorld

PARTS = (Part(ACTORS, "hats.stand", "stand_of_hats:Stand"),)
HATS = Plugin("hats", "gerald-hats 1", PARTS, "stand_of_hats")
CODE = """
from supervisor.plugins.api import Actor

class Stand(Actor):
    def __init__(self, settings):
        self.settings = settings
"""


def test_an_actor_is_made_with_the_settings_of_its_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "stand_of_hats.py").write_text(CODE)
    made: Any = make_of_plugin(HATS, "stand_of_hats:Stand", "settings")
    assert isinstance(made, Actor)
    assert made.settings == "settings"


def test_what_cannot_be_imported_is_down_and_says_why_and_what_to_do() -> None:
    made = make_of_plugin(HATS, "nowhere_in_hats:Stand", None)
    assert isinstance(made, BrokenPlugin)
    world = VirtualWorld()
    world.start(made, "hats.stand")
    world.run()
    (health,) = world.supervisor.of(HealthChanged)
    assert health.health is Health.DOWN
    assert "the import of nowhere_in_hats failed: ModuleNotFoundError" in health.reason
    assert "pip uninstall gerald-hats" in health.remedy


@pytest.mark.parametrize(
    ("plugin", "settings", "pin", "off"),
    [
        (HATS, {}, "process", ""),
        (HATS, {"actors": {"hats.stand": {"nice": 3}}}, "process", ""),
        (HATS, {"actors": {"hats.stand": {"pin": "thread"}}}, "thread", ""),
        (HATS, {"plugins": {"enabled": False}}, "process", "plugins.enabled is false"),
        (HATS, {"plugins": {"disabled": ["hats"]}}, "process", "plugins.disabled names it"),
        (Plugin("hats", "gerald-hats 1", PARTS, broken="it is torn"), {}, "thread", ""),
    ],
)
def test_it_runs_in_a_process_of_its_own_below_a_supervisor_of_plugins(
    plugin: Plugin, settings: dict[str, Any], pin: str, off: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "installed_plugins", lambda: (plugin,))
    monkeypatch.setattr(module, "plugin_at", lambda address: plugin if address == "hats.stand" else None)
    root = tree(Config.model_validate(settings))
    (group,) = (group for group in root.children if group.address == PLUGINS)
    (stand,) = walk(group)  # type: ignore[arg-type]
    assert (stand.address, stand.pin, stand.disabled_reason) == ("hats.stand", pin, off)
    assert stand.arguments == (() if plugin.broken else ("plugins.hats",))


def test_without_plugins_there_is_no_supervisor_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "installed_plugins", lambda: ())
    assert PLUGINS not in [group.address for group in tree(Config()).children]
