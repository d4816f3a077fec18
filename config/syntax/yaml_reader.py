"""Reads a YAML file into a tree of nodes. Any bytes yield a tree or a LoadError with line and column."""

import os
import re
import stat
from pathlib import Path

import yaml

from config.format import size
from config.syntax.errors import LoadError
from config.syntax.node import SourceText, YamlNode
from config.syntax.parse_error import refuse
from config.syntax.yaml_builder import MAX_BYTES, MAX_DEPTH, Builder

_FORBIDDEN_HINT = "Remove it, or write it as an escape in double quotes."

_HINTS = {
    "mapping values are not allowed": "Put a value that contains ': ' in quotes, or check the indentation.",
    "could not find expected ':'": "Every line of a mapping reads `name: value`, and of a list `- value`.",
    "expected <document start>": "Check the indentation and the brackets of this line and those above.",
    "cannot start any token": "Indent with spaces, not tabs; quote a value that starts with @, ` or %.",
    "found a tab": "Indent with spaces, not tabs.",
    "did not find expected key": "Check the indentation and the quotes of this line and the one above.",
    "did not find expected alphabetic": "A value that starts with * or & must be in quotes.",
    "undefined alias": "Define it with & above, or put a value that starts with * in quotes.",
    "unknown escape character": "In double quotes a backslash starts an escape: use single quotes.",
    "expected hexdecimal number": "In double quotes a backslash starts an escape: use single quotes.",
}
# What editors, web pages and chats put in place of spaces; in YAML it would become a part of the key.
_INVISIBLE_INDENTATION = re.compile(
    r"^[ \t]*([\u00a0\u200b-\u200f\u202a-\u202e\u2060\u3000\ufeff])\s*[\w-]+[ \t]*:(?:\s|\Z)", re.M
)
# libyaml finds these at the end of the file; the mistake is where the quote or the bracket was opened.
_UNCLOSED = ("unexpected end of stream", "expected ',' or")


def read_bytes(path: Path, shown: str, layer: str) -> bytes | None:
    """The bytes of a file, or None. Raises LoadError if it cannot be read, is not a plain file, or is over 1 MiB."""
    source = SourceText(layer, shown)
    try:
        # Before opening: opening a pipe waits for its writer.
        if not stat.S_ISREG(path.stat().st_mode):
            raise refuse(source, "is not a plain file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        if path.is_symlink():
            raise refuse(source, f"is a link to {os.readlink(path)}, which is not there") from None
        return None
    except OSError as error:
        raise refuse(
            source, f"cannot be read: {error.strerror or error}", hint="Check its permissions."
        ) from None
    if len(data) > MAX_BYTES:
        raise refuse(source, f"is larger than {size(MAX_BYTES)}", hint="A configuration is never that large.")
    return data


def decode(data: bytes, shown: str, layer: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 with a byte-order mark (Windows' Notepad)."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        # With the mark taken off, `start` counts from behind it.
        body = data.removeprefix(b"\xef\xbb\xbf") if encoding == "utf-8-sig" else data
        before = body[: error.start].decode(encoding, "replace")
        source = SourceText(layer, shown, before)
        byte, name = error.object[error.start], encoding.removesuffix("-sig").upper()
        message = f"this byte (0x{byte:02x}) is not valid {name}"
        hint = "Save the file as UTF-8."
        raise refuse(source, message, len(source.lines), len(source.lines[-1]) + 1, hint) from None


def parse(text: str, source: SourceText) -> YamlNode:
    """The mapping that a YAML text holds, an empty text being an empty one. Raises LoadError."""
    node = parse_value(text, source)
    if node is None or node.value is None:
        return YamlNode({}, source, 1, 1)
    if not isinstance(node.value, dict):
        message = f"a configuration file must be a mapping of sections, not {node.kind}"
        raise refuse(source, message, node.line, node.column)
    return node


def parse_value(text: str, source: SourceText) -> YamlNode | None:
    """The one value that a YAML text holds, None if there is none. Raises LoadError."""
    _check_size_and_characters(text, source)
    builder = Builder(source)
    loader = yaml.CSafeLoader(text)
    try:
        while loader.check_event():
            event = loader.get_event()
            assert event is not None
            builder.event(event)
    except yaml.YAMLError as error:
        raise _translate(error, source) from None
    finally:
        loader.dispose()
    return builder.root


def _check_size_and_characters(text: str, source: SourceText) -> None:
    if len(text) > MAX_BYTES:
        raise refuse(source, f"is larger than {size(MAX_BYTES)}")
    if bad := yaml.reader.Reader.NON_PRINTABLE.search(text):
        message = f"the character U+{ord(bad.group()):04X} is not allowed in YAML"
        raise refuse(source, message, *_place(text, bad.start(), source), _FORBIDDEN_HINT)
    if unseen := _INVISIBLE_INDENTATION.search(text):
        message = f"the invisible character U+{ord(unseen[1]):04X} begins this line"
        raise refuse(
            source, message, *_place(text, unseen.start(1), source), "Remove it, and indent with spaces."
        )


def _place(text: str, at: int, source: SourceText) -> tuple[int, int]:
    before = SourceText(source.layer, source.file, text[:at])
    return len(before.lines), len(before.lines[-1]) + 1


def _translate(error: yaml.YAMLError, source: SourceText) -> LoadError:
    mark, opening = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or "this cannot be read")
    if opening and any(words in problem for words in _UNCLOSED):
        hint = "Close it, or put a comma between its items."
        return refuse(source, "this is opened and never closed", opening.line + 1, opening.column + 1, hint)
    if "nesting depth" in problem:  # libyaml's own limit, of PyYAML 6.0.4
        problem = f"nested deeper than {MAX_DEPTH} levels"
        return refuse(source, problem, *((mark.line + 1, mark.column + 1) if mark else (1, 1)))
    hint = next((hint for words, hint in _HINTS.items() if words in problem), "")
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if opening and "could not find expected ':'" in problem:
        line, column = opening.line + 1, opening.column + 1
    if "mapping values are not allowed" in problem:
        line, column = _misplaced(source, line, column)
    return refuse(source, f"not valid YAML: {problem}", line, column, hint)


def _misplaced(source: SourceText, line: int, column: int) -> tuple[int, int]:
    """The mistake's place where libyaml reports a misplaced colon: there, in the line's indentation, or in the line
    above, which has no colon and was continued by this one."""
    if ": " in source.line(line)[: column - 1]:
        return line, column
    above = next((n for n in range(line - 1, 0, -1) if source.line(n).strip()), 0)
    begins, above_begins = _indentation(source.line(line)), _indentation(source.line(above))
    if not above or begins < above_begins:
        return line, column
    return (line, begins + 1) if begins > above_begins else (above, begins + 1)


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
