"""Unquoted YAML scalars by the core schema of YAML 1.2: `on`, `yes`, `12:30` are text, and `010` is ten."""

import re

from config.syntax.node import Scalar

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,64}\Z")
_RADIX = re.compile(r"0o[0-7]{1,64}\Z|0x[0-9a-fA-F]{1,64}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,4})?\Z")
_SPECIAL = {".nan": "nan", ".inf": "inf", "+.inf": "inf", "-.inf": "-inf"}
_PREFIX = "tag:yaml.org,2002:"


def resolve(text: str) -> Scalar:
    """The value of an unquoted scalar. A number of more than 64 characters stays text."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INT.match(text):
        return int(text)
    if _RADIX.match(text):
        return int(text, 0)
    if len(text) <= 64 and _FLOAT.match(text):
        return float(text)
    special = _SPECIAL.get(text.lower())
    return float(special) if special else text


def resolve_tagged(text: str, tag: str) -> Scalar:
    """The value of a scalar with an explicit tag. Raises ValueError for a foreign tag, or one that does not fit."""
    if tag in ("!", f"{_PREFIX}str"):
        return text
    value = resolve(text)
    wanted = {"int": int, "float": float, "bool": bool, "null": type(None)}.get(tag.removeprefix(_PREFIX))
    if wanted is None:
        raise ValueError(f"the tag {tag} is not allowed here")
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        raise ValueError(f"this is not of the type that its tag says ({tag.removeprefix(_PREFIX)})")
    return value
