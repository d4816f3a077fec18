from pathlib import Path

import pytest

from config.plugins.manifest import parse_manifest
from config.plugins.plugin import PAGES, Part, Plugin
from config.schema.plugins import Plugins
from supervisor.plugins import pages as module
from supervisor.plugins.pages import PluginPage, pages

CODE = """
def routes(settings):
    return ["a route"]

def broken(settings):
    raise ValueError("no template")
"""


def test_routes_are_made_with_the_plugin_s_settings_and_a_broken_page_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "pages_of_hats.py").write_text(CODE)
    parts = tuple(Part(PAGES, f"hats.{name}", f"pages_of_hats:{name}") for name in ("broken", "routes"))
    manifest = parse_manifest('interface = 1\nabout = "Hats."')
    hats = Plugin("hats", "gerald-hats 1", parts, "pages_of_hats", manifest)
    monkeypatch.setattr(module, "installed_plugins", lambda: (hats,))
    section = Plugins()
    monkeypatch.setattr(type(section), "of", lambda self, name: name)
    found = pages(section)
    assert found[1] == PluginPage("hats.routes", "Hats.", ("a route",))
    assert found[0].broken == "hats.broken: making its routes failed: ValueError: no template"
    assert pages(Plugins(disabled=("hats",))) == ()
