"""Runs despite errors: a section with errors gets its last good values, else its defaults, and the owner is told."""

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from config.format import age
from config.layers.last_good import LastGood
from config.schema import Config
from config.syntax.mask import printable
from config.syntax.node import SourceText, YamlNode
from config.syntax.problem import Problem
from config.validation.validate import ValidationResult, validate, without


def fall_back(result: ValidationResult, last_good: LastGood | None = None) -> tuple[Config, tuple[str, ...]]:
    """A configuration without the errors, and the banner's lines: what was replaced and why."""
    banner: list[str] = []
    tried: set[str] = set()
    while result.errors:
        bad = tuple(dict.fromkeys(problem.section for problem in result.errors))
        # Last good values are tried once: beside other sections they may be wrong as well.
        kept = {s: last_good.section(s) if last_good is not None else None for s in bad if s not in tried}
        tried.update(bad)
        banner += [
            line for section in bad for line in _lines(section, result.errors, kept.get(section), last_good)
        ]
        # References were replaced already, and neither a default nor a last good value has one.
        result = validate(_with(without(result.tree, bad), kept), {})
    return result.require(), tuple(banner)


def _with(tree: YamlNode, kept: Mapping[str, Mapping[str, Any] | None]) -> YamlNode:
    assert isinstance(tree.value, Mapping)
    source = SourceText("last good", "data/config.last-good.json", numbered=False)
    more = {name: _nodes(plain, source) for name, plain in kept.items() if plain is not None}
    return msgspec.structs.replace(tree, value={**tree.value, **more})


def _nodes(value: Any, source: SourceText) -> YamlNode:
    if isinstance(value, Mapping):
        return YamlNode({name: _nodes(item, source) for name, item in value.items()}, source)
    if isinstance(value, list):
        return YamlNode(tuple(_nodes(item, source) for item in value), source)
    return YamlNode(value, source)


def _lines(
    section: str, errors: tuple[Problem, ...], kept: Mapping[str, Any] | None, last_good: LastGood | None
) -> list[str]:
    mine = [problem for problem in errors if problem.section == section]
    known, name = section in Config.model_fields, printable(section)
    count = "an error" if len(mine) == 1 else f"{len(mine)} errors"
    instead = "its defaults are used"
    if kept is not None and last_good is not None:
        instead = f"its last good values, from {age(time.time() - last_good.at)} ago, are used"
    consequence = f"[{name}] has {count}: {instead}." if known else f"[{name}] is unknown and ignored."
    return [consequence, *(f"    {problem}" for problem in mine)]
