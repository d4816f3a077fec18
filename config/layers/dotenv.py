"""Reads a `.env` file: quotes, comments, `export`; no interpolation, so that a `$` in a password stays a `$`."""

import re
from typing import NamedTuple

from config.syntax.node import SourceText
from config.syntax.parse_error import refuse

_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*")
_BLANK = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_BARE = re.compile(r"[^\n]*?(?=[ \t]+#|[ \t]*(?:\n|\Z))")
_SINGLE = re.compile(r"'(?P<body>[^']*)'")
_DOUBLE = re.compile(r'"(?P<body>(?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


class Variable(NamedTuple):
    """One assignment; `line` and `column` are where its value begins, from 1."""

    name: str
    value: str
    quoted: bool
    line: int
    column: int
    name_column: int


def parse(source: SourceText) -> dict[str, Variable]:
    """Every variable by name. Raises LoadError.

    Values are bare (up to ` #`), in single quotes (as written) or in double quotes (escapes n, r, t; any other escaped
    character is itself); quoted ones may span lines."""
    text = source.text.replace("\r\n", "\n").replace("\r", "\n")
    # Any line may hold a password under any name: none is shown.
    source = SourceText(source.layer, source.file)
    variables: dict[str, Variable] = {}
    position = 0
    while position < len(text):
        if blank := _BLANK.match(text, position):
            position = blank.end()
            continue
        variable, position = _assignment(text, position, source)
        if (first := variables.get(variable.name)) is not None:
            message = f"{variable.name} is given twice, first on line {first.line}"
            raise refuse(source, message, variable.line, variable.name_column, "Remove one of them.")
        variables[variable.name] = variable
    return variables


def _assignment(text: str, position: int, source: SourceText) -> tuple[Variable, int]:
    line = text.count("\n", 0, position) + 1
    start = text.rfind("\n", 0, position) + 1
    match = _ASSIGNMENT.match(text, position)
    if match is None:
        raise refuse(source, "this line is not NAME=value", line, 1, "Begin a comment with '#'.")
    column = match.end() - start + 1
    value, end = _value(text, match.end(), source, line, column)
    rest = _BLANK.match(text, end)
    if rest is None:
        stray = text.count("\n", 0, end) + 1
        raise refuse(source, "there is more behind the closing quote", stray, end - text.rfind("\n", 0, end))
    quoted = text[match.end() : match.end() + 1] in ("'", '"')
    name_column = match.start("name") - start + 1
    return Variable(match["name"], value, quoted, line, column, name_column), rest.end()


def _value(text: str, position: int, source: SourceText, line: int, column: int) -> tuple[str, int]:
    opening = text[position : position + 1]
    if opening not in ("'", '"'):
        bare = _BARE.match(text, position)
        assert bare is not None
        value = "" if bare.group().startswith("#") else bare.group()
        return value, bare.end()
    quoted = (_SINGLE if opening == "'" else _DOUBLE).match(text, position)
    if quoted is None:
        raise refuse(source, f"this quote ({opening}) is never closed", line, column)
    body = quoted["body"]
    return body if opening == "'" else _ESCAPE.sub(
        lambda found: _ESCAPES.get(found[1], found[1]), body
    ), quoted.end()
