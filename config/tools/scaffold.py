"""A first config.yaml for a new home: every key, explained, as a comment; and the schema for editors beside it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from config.files import write_private
from config.home import PACKAGE, Home
from config.schema import Config, Section, dump, section_class
from config.syntax.node import SourceText
from config.syntax.yaml_reader import parse
from config.tools.jsonschema import FILE, schema

FIRST_LINE = f"# yaml-language-server: $schema={FILE}\n"
_HEAD = """\
# Gerald's configuration. Take the # away before a key, and before its section, to set it; what stays a comment keeps
# its default. `supervisor config check` finds mistakes, `supervisor config explain KEY` says where a value comes
# from. A running instance takes a saved file over by itself. Secrets belong in secrets.yaml: see
# `supervisor secrets init`.

"""
_KEY = re.compile(r"\s*[\w.]+:")


def commented() -> str:
    """The text of a new config.yaml, which sets nothing."""
    text = (PACKAGE / "defaults.yaml").read_text(encoding="utf-8")
    body = text[text.index("# The persona") :]
    found = parse(text, SourceText("defaults", "defaults.yaml", text)).value
    assert isinstance(found, Mapping)
    rest = "".join(_section(name) for name in Config.model_fields if name not in found)
    return FIRST_LINE + _HEAD + "".join(_comment(line) for line in (body + rest).splitlines(keepends=True))


def _section(name: str) -> str:
    """A section that the file of defaults does not have, as it would stand there."""
    cls = section_class(name)
    return f"\n# {cls.about}\n{name}:\n" + "".join(_keys(cls, dump(cls(), key=name), "  "))


def _keys(cls: type[Section], values: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in values.items():
        field = cls.model_fields[key]
        yield f"{indent}# {field.description}\n"
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield f"{indent}{key}:\n"
            yield from _keys(field.annotation, value, f"{indent}  ")
        else:
            yield f"{indent}{key}: {json.dumps(value, ensure_ascii=False)}\n"


def write_new(home: Home, *, force: bool = False) -> bool:
    """Write both files. An existing config.yaml: False, or with `force` kept as config.yaml.bak. Raises OSError."""
    if home.config_file.exists():
        if not force:
            return False
        write_private(home.config_file.with_name("config.yaml.bak"), home.config_file.read_bytes())
    write_private(home.config_file, commented().encode())
    write_schema(home)
    return True


def write_schema(home: Home) -> None:
    """Write the schema beside config.yaml. Raises OSError."""
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    write_private(home.config_file.with_name(FILE), text.encode())


def _comment(line: str) -> str:
    """A key becomes a comment; what was one already gets a second #, so that it stays one."""
    if not line.strip() or not _KEY.match(line):
        return line if not line.startswith(" ") else f"#{line}"
    return f"#{line}"
