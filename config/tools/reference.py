"""Writes docs/configuration.md: the chapters that people wrote, and a table of every key made from the schema."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from config.schema import ActorSettings, Config
from config.schema.walk import choices, extra, section_at
from config.syntax.problem import Key
from config.tools.explain import applies, default_of, kind_of_field, range_of

MARK = "<!-- Below this line `make docs` writes what config/schema says. -->\n"
DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"


def reference(text: str) -> str:
    """The document with new tables."""
    head, mark, _ = text.partition(MARK)
    if not mark:
        raise ValueError(f"{DOCUMENT.name} has lost its line {MARK.strip()}")
    return head + mark + "".join(_sections())


def _sections() -> Iterator[str]:
    for name, field in Config.model_fields.items():
        yield f"\n### {name}\n\n{field.description}\n"
        if name == "actors":
            yield "By address, as in `actors: {llm.local: {pin: thread}}`.\n"
            yield from _table(ActorSettings, ("actors", "llm.local"))
        else:
            assert isinstance(field.annotation, type)
            assert issubclass(field.annotation, BaseModel)
            yield from _table(field.annotation, (name,))


def _table(model: type[BaseModel], section: Key) -> Iterator[str]:
    inner = {name: part for name in model.model_fields if (part := section_at((*section, name))) is not None}
    if len(inner) < len(model.model_fields):
        yield "\n| key | type | default | applies | what it does |\n|---|---|---|---|---|\n"
    for name, field in model.model_fields.items():
        if name in inner:
            continue
        key = (*section, name)
        default = json.dumps(default_of(key, field), ensure_ascii=False, default=list)
        kind = ", ".join(part for part in (kind_of_field(key, field), range_of(field)) if part)
        if words := choices(key):
            kind = "one of " + ", ".join(words)
        meaning = field.description or ""
        if unset := extra(field, "unset"):
            meaning += f" null: {unset}."
        if old := extra(field, "formerly"):
            meaning += f" Formerly `{old}`, which is still read."
        cells = (f"`{name}`", kind, f"`{default}`", applies(field), meaning)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
    for name, part in inner.items():
        about = model.model_fields[name].description
        yield f"\n`{'.'.join(map(str, section))}.{name}`: {about}\n"
        yield from _table(part, (*section, name))
    for name in model.model_fields:
        item = section_at((*section, name, 0))
        if name not in inner and item is not None:
            yield f"\nEach of `{'.'.join(map(str, section))}.{name}`:\n"
            yield from _table(item, (*section, name, "*"))


def main() -> int:
    """Write the document; with --check only say whether it is as it should be."""
    before = DOCUMENT.read_text(encoding="utf-8")
    after = reference(before)
    if "--check" in sys.argv:
        return int(before != after)
    DOCUMENT.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
