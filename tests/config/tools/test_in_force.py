"""Which value is in force, and which layer it comes from."""

from pathlib import Path

import pytest

from config.home import Home, shown_path
from config.layers.environment import split_key
from config.layers.source import ConfigSource
from config.schema import Config
from config.syntax.mask import MASK
from config.tools.in_force import ValueInForce, values_in_force


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.config_file.parent.mkdir()
    home.data.mkdir()
    home.config_file.write_text("llm:\n  temperature: 0.5\n  api_key: sk-x\n")
    home.overrides_file.write_text("llm:\n  temperature: 0.9\n")
    return home


def one(home: Home, key: str, *runtime: str) -> ValueInForce:
    result = ConfigSource(home).read(runtime).result
    assert result is not None
    (found,) = values_in_force(result.require(), result, shown_path(home.overrides_file), split_key(key))
    return found


def test_a_value_knows_its_layer_and_those_that_it_overrides(home: Home) -> None:
    found = one(home, "llm.temperature")
    assert (found.value, found.layer, found.saved) == (0.9, "overrides", True)
    assert found.place.endswith("overrides.yaml:2:16")
    assert [value for value, _ in found.lost] == [0.5, Config().llm.temperature]
    assert one(home, "llm.temperature", "llm.temperature=1.5").value == 1.5
    plain = one(home, "llm.base_url")
    assert (plain.layer, plain.saved) == ("defaults", False)


def test_a_secret_is_masked_in_every_layer(home: Home) -> None:
    found = one(home, "llm.api_key")
    assert found.value == MASK
    assert "sk-x" not in repr(found)


def test_every_key_has_a_row_and_so_has_that_of_an_actor_that_is_not_named(home: Home) -> None:
    result = ConfigSource(home).read().result
    assert result is not None
    found = {row.key for row in values_in_force(result.require(), result, "")}
    assert {"llm.temperature", "speech.turn.sure", "actors.llm.local.pin", "page.port"} <= found
    assert one(home, "actors.world.pin").value == "thread"


def test_what_is_in_force_is_known_while_the_files_cannot_be_read(home: Home) -> None:
    rows = {row.key: row for row in values_in_force(Config(), None, "")}
    assert rows["llm.temperature"].value == Config().llm.temperature
    assert "cannot be read" in rows["llm.temperature"].place
