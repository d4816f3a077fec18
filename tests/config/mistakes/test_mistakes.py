"""Planted mistakes, kept as data beside this file: each is reported at its own line and column, and what was
misspelt is understood.

A case has the text of one layer (`config`, `profile`, `env`, `environment`, `set`, or `bytes` with its `layer`), in
which @@ stands where the mistake must be reported; `says` is a part of the message; `severity` is error unless it says
otherwise; `means` is the suggestion. `choose` names a profile, and has no place.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.home import Home
from config.layers.layers import load_config
from config.syntax.errors import LoadError
from config.syntax.problem import Problem
from config.syntax.render import render

Case = dict[str, str]
HERE = Path(__file__).parent
MARK = "@@"
BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
# What makes a text a line of its own source, without a file: only the caret has a place.
UNNUMBERED = ("environment", "set")


@cache
def cases() -> dict[str, Case]:
    """Every case, by its file and the line it begins on."""
    found = {}
    for file in sorted(HERE.glob("*.yaml")):
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        items = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for node, item in zip(root.value, items, strict=True):
            found[f"{file.name}:{node.start_mark.line + 1}"] = {k: str(v) for k, v in item.items()}
    return found


MISSPELT = [name for name, case in cases().items() if "means" in case]


def layer_of(case: Case) -> str:
    """The layer that the case's text belongs to."""
    (found,) = set(case) & {"config", "profile", "env", "environment", "set", "bytes", "choose"}
    names = {"env": ".env", "set": "overrides", "bytes": case.get("layer", "config"), "choose": "profile"}
    return names.get(found, found)


def marked(case: Case) -> tuple[bytes, int, int]:
    """The bytes without the mark, and the line and column, from 1, that it stood at."""
    if "bytes" in case:
        before, mark, after = (part.encode("latin-1") for part in case["bytes"].partition(MARK))
        utf16 = before[:2] in (b"\xff\xfe", b"\xfe\xff")
        shown = before.decode("utf-16" if utf16 else "utf-8-sig")
    else:
        (text,) = (case[kind] for kind in ("config", "profile", "env", *UNNUMBERED) if kind in case)
        shown, *rest = text.partition(MARK)
        before, mark, after = shown.encode(), rest[0].encode(), rest[1].encode()
    assert mark, "the case has no mark"
    lines = BREAK.split(shown)
    return before + after, len(lines), len(lines[-1]) + 1


def problems(case: Case, home: Home) -> tuple[Problem, ...]:
    """What a home with the case's mistake in it reports."""
    layer, given = layer_of(case), dict[str, Any](environ={})
    home.profiles.mkdir(parents=True)
    if "choose" in case:
        given["profile"] = case["choose"]
    else:
        data = marked(case)[0]
        files = {
            "config": home.config_file, "profile": home.profiles / "planted.yaml", ".env": home.env_file
        }  # fmt: skip
        if layer in files:
            files[layer].write_bytes(data)
        if layer == "profile":
            given["profile"] = "planted"
        if layer == "environment":
            given["environ"] = dict([data.decode().split("=", 1)])
        if layer == "overrides":
            given["overrides"] = [data.decode()]
    try:
        return load_config(home, **given).problems
    except LoadError as error:
        return error.problems


@pytest.mark.parametrize("name", cases())
def test_each_mistake_is_reported_at_its_own_place(name: str, tmp_path: Path) -> None:
    case = cases()[name]
    (problem,) = problems(case, Home(tmp_path))
    assert case["says"] in str(problem)
    assert problem.severity == case.get("severity", "error")
    if "choose" not in case:
        _, line, column = marked(case)
        assert problem.layer == layer_of(case)
        found = (1, problem.caret) if problem.line == 0 else (problem.line, problem.column)
        assert found == (line, column), str(problem)
        assert (problem.line == 0) == any(kind in case for kind in UNNUMBERED)
    assert render([problem])


def suggested(problem: Problem) -> str:
    """What the report suggests, without the quotes around it."""
    found = re.search(r"Did you mean '([^']*)'\?", str(problem))
    return found[1] if found else ""


def test_at_least_95_percent_of_the_misspellings_are_understood(tmp_path: Path) -> None:
    wrong = {}
    for number, name in enumerate(MISSPELT):
        case = cases()[name]
        (problem,) = problems(case, Home(tmp_path / str(number)))
        if suggested(problem) != case["means"]:
            wrong[name] = (suggested(problem), case["means"])
    assert len(MISSPELT) >= 60
    assert len(wrong) <= 0.05 * len(MISSPELT), wrong


def test_there_are_mistakes_of_every_kind_at_every_key() -> None:
    from config.schema.walk import fields

    assert len(cases()) >= 200
    names = {str(key[-1]) for key, _ in fields()}
    texts = {kind: (HERE / f"{kind}.yaml").read_text(encoding="utf-8") for kind in ("spelling", "types")}
    written = {kind: set(re.findall(r"\w+", text)) for kind, text in texts.items()}
    assert {kind: names - words for kind, words in written.items()} == {"spelling": set(), "types": set()}
