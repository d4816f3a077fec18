"""A trace from somebody else: whatever is in it, the commands that read it say what is wrong with it and do no more.

500 mutants, 20,000 with GERALD_SOAK=1; GERALD_SEED repeats one.
"""

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.fuzz.guard import SHARDS, SOAK, command, fuzz
from tests.fuzz.trace_files import Corpus, mutant

pytestmark = pytest.mark.timeout(7200 if SOAK else 300)
RUN = ("--run", "fuzz")
COMMANDS = (
    ("replay", "fuzz"), ("replay", "fuzz"), ("replay", "fuzz"), ("replay", "fuzz", "--json"),
    ("replay", "fuzz", "--diff"), ("replay", "fuzz", "--actor", "conversation"),
    ("replay", "fuzz", "--with", "bot.name=Ada"), ("replay", "fuzz", "--until", "world/1/3"),
    ("replay", "fuzz", "--accept"), ("trace", "keep", "fuzz", "--as", "x", "--to", "kept"),
    ("trace", "check", *RUN), ("trace", "check", *RUN, "--json"), ("trace", "ls"), ("trace", "show", *RUN),
    ("trace", "show", *RUN, "--tree", "--ids"), ("trace", "show", *RUN, "--json"), ("trace", "stats", *RUN),
    ("trace", "show", *RUN, "--actor", "conversation", "--text", "a"), ("trace", "show", *RUN, "--since", "10m"),
    ("trace", "show", *RUN, "--cause", "external/0/1"), ("trace", "why", "conversation/1/3", *RUN),
    ("trace", "export", *RUN, "--perfetto", "out"), ("trace", "export", *RUN, "--mermaid", "-"),
    ("trace", "export", *RUN, "--jsonl", "-"),
)  # fmt: skip


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus()


def try_one(corpus: Corpus, at: random.Random, home: Path) -> Callable[[], object]:
    run = home / "data" / "traces" / "fuzz"
    run.mkdir(parents=True)
    (run / "root.0001.mcap").write_bytes(mutant(corpus, at))
    chosen = [str(home / a) if a in ("kept", "out") else a for a in at.choice(COMMANDS)]
    return partial(command, home, *chosen)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_trace_runs_code_or_breaks_a_command(shard: int, corpus: Corpus, tmp_path: Path) -> None:
    fuzz("trace", shard, tmp_path, lambda at, home: try_one(corpus, at, home))


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_every_command_reads_a_whole_trace(
    arguments: tuple[str, ...], corpus: Corpus, tmp_path: Path
) -> None:
    """What the mutants are made of is good, so that they get as far as they can."""
    run = tmp_path / "data" / "traces" / "fuzz"
    run.mkdir(parents=True)
    (run / "root.0001.mcap").write_bytes(Path("tests/traces/talk-by-text.mcap").read_bytes())
    command(tmp_path, *[str(tmp_path / a) if a in ("kept", "out") else a for a in arguments])
