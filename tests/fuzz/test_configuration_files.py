"""Files of a configuration with a right form and wrong contents: the configuration, the overrides, what was last good
and the notes of revisions. (Their bytes and lines are changed in tests/config/test_fuzz.py.)

500 mutants, 20,000 with GERALD_SOAK=1; GERALD_SEED repeats one.
"""

import contextlib
import json
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.home import PACKAGE, Home
from config.layers.fallback import fall_back
from config.layers.last_good import read_last_good, write_last_good
from config.layers.source import ConfigSource
from config.schema import Config
from config.secrets.secrets_file import note_revision
from supervisor.instance import running_instance
from tests.fuzz.guard import SHARDS, SOAK, command, fuzz
from tests.fuzz.mutation import DEEP, changed

if SOAK:
    # `config check` looks at devices. Loading PortAudio asks the system where libraries are, once, whatever the file
    # says; it is not loaded beside tests that bring a sound server of their own.
    from actors.audio.devices.device import DeviceMissing
    from actors.audio.devices.portaudio import _library

    with contextlib.suppress(DeviceMissing):
        _library()

pytestmark = pytest.mark.timeout(7200 if SOAK else 300)
DEFAULTS = yaml.safe_load((PACKAGE / "defaults.yaml").read_text("utf-8"))
OVERRIDES = {
    "llm": {"temperature": 0.9, "api_key": "${X}"},
    "bot": {"name": "Ada"},
    "actors": {"llm": {"pin": "process"}},
}
INSTANCE = {"pid": 1, "family": "AF_UNIX", "address": "/nowhere", "key": "00" * 32, "run": "x"}
COMMANDS = (
    ("config", "check"), ("config", "check", "--json"), ("config", "show"), ("config", "explain", "llm.temperature"),
    ("config", "get", "bot.name"), ("config", "unset", "llm.temperature", "--save"), ("status",),
)  # fmt: skip


def as_yaml(value: Any, at: random.Random) -> bytes:
    style = at.choice((None, True))
    try:
        text = yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False, default_flow_style=style)
    except (RecursionError, UnicodeEncodeError):
        text = DEEP
    levels = at.choice((200, 20_000))
    return text.replace(json.dumps(DEEP), "[" * levels + "]" * levels).encode("utf-8", "surrogatepass")


def try_one(at: random.Random, home: Path) -> Callable[[], object]:
    place = Home(home)
    for folder in (home / "config", home / "data"):
        folder.mkdir()
    whole = {section: DEFAULTS[section] for section in at.sample(list(DEFAULTS), 4)}
    files: dict[Path, Any] = {place.config_file: whole, place.overrides_file: OVERRIDES}
    target = at.choice(list(files))
    for file, plain in files.items():
        file.write_bytes(as_yaml(changed(plain, at) if file == target else plain, at))
    write_last_good(place, Config())
    notes = {
        place.last_good_file: json.loads(place.last_good_file.read_bytes()),
        place.instance_file: INSTANCE,
    }
    notes[place.secrets_revisions_file] = {"id": 3}
    for file, plain in notes.items():
        text = json.dumps(changed(plain, at) if at.random() < 0.4 else plain)
        file.write_text(text.replace(json.dumps(DEEP), "[" * 5000 + "]" * 5000))
    if at.random() < 0.6:
        return partial(read_all, place)
    return partial(command, home, *at.choice(COMMANDS))


def read_all(place: Home) -> None:
    """What a start reads, without a command."""
    reading = ConfigSource(place, None, (), {}).read()
    if reading.result is not None:
        fall_back(reading.result, read_last_good(place))
    note_revision(place, "id", 4)
    running_instance(place.path)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_configuration_runs_code_or_breaks_a_command(shard: int, tmp_path: Path) -> None:
    fuzz("configuration", shard, tmp_path, try_one)
