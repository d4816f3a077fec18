"""What runs when the configuration has errors: each bad section is replaced by its defaults, and the owner is
told so.
"""

from __future__ import annotations

from config.conceal import printable
from config.problem import Problem
from config.schema import Config
from config.validate import ValidationResult, validate, without


def fall_back(result: ValidationResult) -> tuple[Config, tuple[str, ...]]:
    """A configuration without the errors, and the lines of the banner that says what was replaced and why;
    none if nothing was.
    """
    banner: list[str] = []
    while result.errors:
        bad = tuple(dict.fromkeys(problem.section for problem in result.errors))
        banner += [line for section in bad for line in _lines(section, result.errors)]
        # References were replaced already, and a default has none.
        result = validate(without(result.tree, bad), {})
    return result.require(), tuple(banner)


def _lines(section: str, errors: tuple[Problem, ...]) -> list[str]:
    mine = [problem for problem in errors if problem.section == section]
    known, name = section in Config.model_fields, printable(section)
    count = "an error" if len(mine) == 1 else f"{len(mine)} errors"
    consequence = (
        f"[{name}] has {count}: its defaults are used." if known else f"[{name}] is unknown and ignored."
    )
    return [consequence, *(f"    {problem}" for problem in mine)]
