"""Mutated files: whatever a home's files hold, there is a configuration or there are errors, soon, and no secret in
what is said about them.

1,000 mutants, 20,000 with GERALD_SOAK=1.
"""

import os
import random
import time
from pathlib import Path

import pytest

from config.home import PACKAGE, Home
from config.layers.fallback import fall_back
from config.layers.layers import load_config
from config.syntax.errors import LoadError
from config.syntax.problem import Problem
from config.syntax.render import render

SOAK = os.environ.get("GERALD_SOAK") == "1"
ROUNDS = 40 if SOAK else 4
MUTANTS = 20_000 if SOAK else 1_000
SECRET = "hunter2Correct4Horse"
TOKEN = "sk-or-v1-7f3a9c2e5b8d"
SEED = (Path(__file__).parent / "fixtures" / "seed-config.yaml").read_text(encoding="utf-8")

CONFIGS = (
    SEED.replace("${OPENROUTER_API_KEY}", SECRET),
    SEED.replace('"${OPENROUTER_API_KEY}"', f"'${{NOBODY:-{SECRET}}}'"),
    (PACKAGE / "defaults.yaml").read_text(encoding="utf-8").replace("api_key: null", f"api_key: {TOKEN}"),
    f"# mine\nllm: {{api_key: {SECRET}, temperature: 0.9, local: {{threads: 2}}}}\nosc: {{input_port: 9001}}\n",
    "base: &base {pin: process, env: {A: b}}\nactors:\n  llm.local:\n    <<: *base\n"
    f"llm:\n  api_key: >-\n    {SECRET}\n",
    f'llm:\n  base_url: "http://user:{SECRET}@host:8080/v1"\n  model: "a: b"\n  api_key: "{TOKEN}"\n',
)
ENVS = (
    f"# keys\nOPENROUTER_API_KEY={SECRET}\nexport GERALD_LLM__TEMPERATURE=0.9\n",
    f"GERALD_LLM__API_KEY='{SECRET}'\nGERALD_OSC__ENABLED_EVENTS=[touch, voice]\nA=\"two\nlines\"\n",
    f"GERALD_LLM__API_KEY={TOKEN} # mine\nWHO=me\n",
)
PROFILES = (
    "logging:\n  level: DEBUG\nperformance:\n  cache_ttl: 60\n",
    f"llm:\n  api_key: {SECRET}\n  local:\n    max_tokens: 64\nbot: {{name: '${{WHO:-Gerald}}'}}\n",
)
WORDS = (
    *"{ } [ ] : - , # & * ! | > ' \" % @ ` ? \\ ${ } <<: --- ... ~ 0 -1 .inf 1e99 true !!int &a *a".split(),
    "\t", "\n", "\r", "\n\n", "  ", "\x00", "\x1b[31m", "\x85", "\u2028",
    "\u202e", "\ufeff", "\u00e9", "\U0001f600", "=", ": ",
)  # fmt: skip


def change_byte(data: bytes, at: random.Random) -> bytes:
    position = at.randrange(len(data) + 1)
    return data[:position] + bytes([at.randrange(256)]) + data[position + at.randrange(2) :]


def flip_bit(data: bytes, at: random.Random) -> bytes:
    position = at.randrange(len(data)) if data else 0
    return (
        data[:position]
        + bytes(byte ^ 1 << at.randrange(8) for byte in data[position : position + 1])
        + data[position + 1 :]
    )


def insert_word(data: bytes, at: random.Random) -> bytes:
    position = at.randrange(len(data) + 1)
    return data[:position] + at.choice(WORDS).encode() * at.choice((1, 1, 1, 2, 40)) + data[position:]


def cut(data: bytes, at: random.Random) -> bytes:
    begin = at.randrange(len(data) + 1)
    return data[:begin] + data[begin + at.choice((1, 2, 10, len(data))) :]


def repeat(data: bytes, at: random.Random) -> bytes:
    begin = at.randrange(len(data) + 1)
    part = data[begin : begin + at.choice((1, 5, 40))]
    return data[:begin] + part * at.choice((1, 2, 60)) + data[begin:]


def change_lines(data: bytes, at: random.Random) -> bytes:
    """One line is lost, doubled, moved, indented otherwise or loses its colon."""
    lines = data.split(b"\n")
    number, other = at.randrange(len(lines)), at.randrange(len(lines))
    line = lines[number]
    changed = {
        "lost": [], "doubled": [line, line], "deeper": [b" " * at.randrange(1, 5) + line],
        "flat": [line.lstrip()], "no colon": [line.replace(b":", b"", 1)], "no quote": [line.replace(b'"', b"", 1)],
        "joined": [line + b" " + lines[other]], "other": [lines[other]], "comment": [b"#" + line],
    }  # fmt: skip
    lines[number : number + 1] = changed[at.choice(list(changed))]
    return b"\n".join(lines)


def recode(data: bytes, at: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(at.choice(("utf-16", "utf-16-le", "utf-8-sig", "cp1252")), "replace")


CHANGES = (
    change_byte,
    flip_bit,
    insert_word,
    insert_word,
    cut,
    repeat,
    change_lines,
    change_lines,
    change_lines,
)


def mutate(text: str, at: random.Random) -> bytes:
    """The text after one to four changes; in one of eight cases none."""
    data = text.encode()
    for _ in range(at.choice((0, 1, 1, 1, 1, 2, 3, 4))):
        data = at.choice(CHANGES)(data, at)
    return recode(data, at) if at.random() < 0.03 else data


def texts(problem: Problem) -> str:
    """All that a report can show, in every form."""
    return f"{problem}{problem!r}{problem.as_data()}{render([problem])}{render([problem], colour=True)}"


def try_one(home: Home, at: random.Random) -> str:
    """Loads one mutant of one of the files, beside sound others; what became of it."""
    written = {
        home.config_file: at.choice(CONFIGS), home.env_file: at.choice(ENVS),
        home.profiles / "mine.yaml": at.choice(PROFILES),
    }  # fmt: skip
    target = at.choice((home.config_file, home.config_file, *written))
    for file, text in written.items():
        file.write_bytes(mutate(text, at) if file == target else text.encode())
    begun = time.process_time()
    try:
        result = load_config(home, profile="mine", environ={})
    except LoadError as error:
        found, outcome, shown = error.problems, "refused", repr(error) + str(error)
    else:
        assert (result.config is None) == bool(result.errors)
        found, shown = result.problems, f"{result.tree!r}{result.layers!r}"
        outcome = "errors" if result.errors else "valid"
        shown += "".join(fall_back(result)[1])
    took = time.process_time() - begun
    assert took < 1.0, f"it took {took:.1f} s"
    shown += "".join(map(texts, found))
    for secret in (SECRET, TOKEN):
        assert secret not in shown, found
    return outcome


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_no_mutant_breaks_the_reading_or_shows_a_secret(seed: int, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.profiles.mkdir(parents=True)
    outcomes = set()
    for number in range(MUTANTS // ROUNDS):
        name = f"{seed}.{number}"
        try:
            outcomes.add(try_one(home, random.Random(name)))
        except Exception as error:
            raise AssertionError(f"mutant {name}: {written_texts(home)}") from error
    assert outcomes == {"refused", "errors", "valid"}


def written_texts(home: Home) -> str:
    """The files of a mutant, for the report of a failure."""
    return repr(
        [file.read_bytes() for file in (home.config_file, home.env_file, home.profiles / "mine.yaml")]
    )
