"""A character card from somebody else: whatever is in it, the commands say what is wrong with it, and what they make of
it is a configuration that Gerald can be started with.

500 mutants, 20,000 with GERALD_SOAK=1; GERALD_SEED repeats one.
"""

import base64
import json
import random
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from config.layers.source import ConfigSource
from tests.fuzz.guard import SHARDS, SOAK, command, fuzz
from tests.fuzz.mutation import DEEP, changed
from tests.supervisor.persona.card.files import charx, chunk, itext, png, v1, v2, v3, ztext

pytestmark = pytest.mark.timeout(7200 if SOAK else 300)
CARDS = (v1(), v2(), v3(nickname="Sera"), v3(assets=[{"type": "icon", "uri": "ccdefault:"}]))


def as_json(card: Any, at: random.Random) -> bytes:
    levels = at.choice((200, 20_000))
    return json.dumps(card).replace(json.dumps(DEEP), "[" * levels + "]" * levels).encode()


def as_file(text: bytes, at: random.Random) -> bytes:
    """A card's JSON in one of the forms in which cards are exchanged."""
    packed = base64.b64encode(text)
    keyword = at.choice((b"chara", b"ccv3"))
    forms = (
        lambda: png(chunk(b"tEXt", keyword + b"\0" + packed), after=at.random() < 0.5),
        lambda: png(ztext(packed, keyword)),
        lambda: png(itext(packed, keyword, compressed=at.random() < 0.5)),
        lambda: png(chunk(b"tEXt", b"ccv3\0" + packed[:-9]), chunk(b"tEXt", b"chara\0" + packed)),
        lambda: charx(json.loads(text)) if b"[" * 100 not in text else text,
        lambda: text,
    )
    return at.choice(forms)()


def spoilt(data: bytes, at: random.Random) -> bytes:
    """`data` as a bad disk, a bad tool or an attacker leaves it."""
    place, length = at.randrange(len(data) + 1), at.choice((1, 2, 4, 40, 4000))
    return at.choice(
        (
            lambda: data[:place],
            lambda: data[:place] + at.randbytes(length) + data[place + length :],
            lambda: data[:place] + at.randbytes(length) + data[place:],
            lambda: data[:place] + data[place + length :],
            lambda: data + data[:place] * at.choice((1, 20)),
            lambda: zlib.compress(data),
        )
    )()


def try_one(at: random.Random, home: Path) -> Callable[[], object]:
    data = as_file(as_json(changed(at.choice(CARDS), at), at), at)
    if at.random() < 0.4:
        data = spoilt(data, at)
    file = home / "card.png"
    file.write_bytes(data)
    return partial(play, at, home, file)


def play(at: random.Random, home: Path, file: Path) -> None:
    """Import the card, use what came of it, and look at it."""
    command(home, "persona", "import", str(file), *at.choice(((), ("--as", "x"), ("--json",))))
    made = sorted((home / "data" / "personas").glob("*.yaml"))
    for persona in made:
        command(home, "persona", "use", persona.stem)
        reading = ConfigSource(Home(home)).read()
        assert reading.errors == ()
        assert reading.config is not None
        assert reading.config.bot.persona == persona.stem
    command(home, "persona", *at.choice((("list",), ("list", "--json"), ("show",), ("show", "--json"))))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_card_runs_code_or_breaks_a_command_or_the_configuration(shard: int, tmp_path: Path) -> None:
    fuzz("card", shard, tmp_path, try_one)


@pytest.mark.parametrize("number", range(len(CARDS)))
def test_every_card_is_read_whole(number: int, tmp_path: Path) -> None:
    """What the mutants are made of is good, so that they get as far as they can."""
    file = tmp_path / "card.png"
    file.write_bytes(png(ztext(base64.b64encode(json.dumps(CARDS[number]).encode()))))
    assert "has Gerald play it" in command(tmp_path, "persona", "import", str(file))
