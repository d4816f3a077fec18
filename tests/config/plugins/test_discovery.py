"""Which plugins are found, and which are refused, by what is written of them."""

from pathlib import Path

import pytest

from config.plugins.discovery import Installed, installed_plugins, judged, missing_plugin
from config.plugins.discovery import _distributions as distributions
from config.plugins.errors import ManifestError
from config.plugins.manifest import Manifest, parse_manifest
from config.plugins.plugin import ACTORS, PLUGINS, RESERVED, SYNTHESIZERS, Plugin
from config.schema import Config
from supervisor.otp.spec import supervisors, walk
from supervisor.tree import tree

OWN = (PLUGINS, "hats", "gerald_hats")
ACTOR = (ACTORS, "hats.stand", "gerald_hats.stand:Stand")
MANIFEST = parse_manifest('interface = 1\nabout = "Hats."')


def one(*entries: tuple[str, str, str], name: str = "gerald-hats") -> Installed:
    return Installed(name, "1.0", entries)


def judge(*found: Installed, manifest: Manifest = MANIFEST) -> tuple[Plugin, ...]:
    return judged(found, lambda package: manifest)


def test_a_sound_plugin_has_its_parts_by_name() -> None:
    (plugin,) = judge(one(OWN, ACTOR, (SYNTHESIZERS, "hats", "gerald_hats.voice:Voice")))
    assert not plugin.broken
    assert (plugin.name, plugin.distribution, plugin.package) == ("hats", "gerald-hats 1.0", "gerald_hats")
    assert plugin.addresses == ("hats.stand",)
    assert plugin.about == "Hats."


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ((ACTOR,), "it has 0 entry points of the group gerald.plugins"),
        ((OWN, (PLUGINS, "caps", "gerald_caps")), "it has 2 entry points of the group gerald.plugins"),
        (
            ((PLUGINS, "speech", "x"), (ACTORS, "speech.recognizer", "x:X")),
            "the name speech belongs to Gerald",
        ),
        (((PLUGINS, "My-Hats", "x"),), "'My-Hats' is no name for a plugin"),
        (((PLUGINS, "hats", "gerald.hats"),), "'gerald.hats' is not the name of a package without dots"),
        ((OWN, (ACTORS, "world", "gerald_hats:World")), "world in gerald.actors must be called hats"),
        (
            (OWN, (ACTORS, "hats.Stand", "gerald_hats:Stand")),
            "hats.Stand in gerald.actors must be called hats",
        ),
        ((OWN, (ACTORS, "hats.stand", "gerald_hats")), "must be module:attribute"),
        (
            (OWN, ("gerald.moods", "hats", "x:y")),
            "gerald.moods is no group of entry points that Gerald knows",
        ),
        ((OWN, *((ACTORS, f"hats.n{n}", "x:Y") for n in range(100))), "it has 101 entry points, at most 100"),
    ],
)
def test_what_is_not_well_formed_is_refused_with_the_reason(
    entries: tuple[tuple[str, str, str], ...], said: str
) -> None:
    (plugin,) = judge(one(*entries))
    assert said in plugin.broken
    assert "pip uninstall gerald-hats" in plugin.remedy


def test_two_that_have_one_name_are_both_refused_and_both_named() -> None:
    found = judge(one(OWN), one(OWN, name="other-hats"), one((PLUGINS, "caps", "caps"), name="caps"))
    assert [bool(plugin.broken) for plugin in found] == [False, True, True]
    for plugin in found[1:]:
        assert "gerald-hats 1.0 and other-hats 1.0" in plugin.broken


def test_a_broken_one_does_not_stand_where_an_actor_of_gerald_stands() -> None:
    (plugin,) = judge(one((PLUGINS, "speech", "x"), (ACTORS, "speech.recognizer", "x:X")))
    assert plugin.addresses == ()
    (plugin,) = judge(one(OWN, ACTOR, (ACTORS, "world", "x:X")))
    assert plugin.addresses == ("hats.stand",)


def test_an_unreadable_manifest_is_the_reason() -> None:
    def manifest_of(package: str) -> Manifest:
        raise ManifestError("hats/gerald-plugin.toml cannot be read: gone")

    (plugin,) = judged((one(OWN),), manifest_of)
    assert plugin.broken == "hats/gerald-plugin.toml cannot be read: gone"


def test_a_manifest_that_tells_of_an_actor_without_an_entry_point_is_refused() -> None:
    manifest = parse_manifest('interface = 1\nabout = "Hats."\n[actors."hats.peg"]\nsense = true')
    (plugin,) = judge(one(OWN, ACTOR), manifest=manifest)
    assert "the actor hats.peg, which is no entry point of gerald.actors" in plugin.broken


def test_only_distributions_with_a_group_of_ours_are_read_and_the_first_of_a_name_counts(
    tmp_path: Path,
) -> None:
    for folder, version, group in (("a", "1", PLUGINS), ("b", "2", PLUGINS), ("b", "3", "console_scripts")):
        name = "hats" if group == PLUGINS else "tool"
        place = tmp_path / folder / f"{name}-{version}.dist-info"
        place.mkdir(parents=True)
        (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (place / "entry_points.txt").write_text(f"[{group}]\nhats = gerald_hats\n")
    (broken := tmp_path / "b" / "odd-1.dist-info").mkdir()
    (broken / "entry_points.txt").write_bytes(b"\xff[gerald.plugins\n\x00 =")
    found = list(distributions([str(tmp_path / "a"), str(tmp_path / "gone"), str(tmp_path / "b")]))
    assert [(one.name, one.version) for one in found] == [("hats", "1"), ("odd", "(damaged)")]
    assert found[0].entries == ((PLUGINS, "hats", "gerald_hats"),)
    assert [bool(plugin.broken) for plugin in judge(*found)] == [False, True]


def test_every_name_of_gerald_s_own_is_reserved() -> None:
    root = tree(Config())
    addresses = {child.address for child in walk(root)} | {group.address for group in supervisors(root)}
    sections = set(Config.model_fields) - {"computer_vision"}  # no plugin's name has an underscore
    known = {plugin.name for plugin in installed_plugins()}
    assert {address.partition(".")[0] for address in addresses} - known | sections <= RESERVED


@pytest.mark.parametrize(
    ("name", "plugin"),
    [
        ("hats.Tipped", "hats"),
        ("hats.stand", "hats"),
        ("hats.stand/2", "hats"),
        ("TextReceived", ""),
        ("speech.recognizer", ""),
        ("talk~1.2", ""),
        ("", ""),
    ],
)
def test_what_belongs_to_a_plugin_is_known_by_its_name(name: str, plugin: str) -> None:
    assert missing_plugin(name) == plugin
