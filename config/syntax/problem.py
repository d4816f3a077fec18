"""One thing worth saying about a configuration, with the place it was written at; a plain value without secrets."""

from typing import Literal

import msgspec

Severity = Literal["error", "warning", "note"]
Key = tuple[str | int, ...]


def dotted(key: Key) -> str:
    """A key path as a person writes it: ("osc", "enabled_events", 1) is `osc.enabled_events[1]`."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class Problem(msgspec.Struct, frozen=True):
    """An error, a warning or a note.

    line, column: from 1; 0 in a layer without lines (the environment, `--set`, a default). excerpt: the line, with
    secrets masked. caret: a column in it, from 1, 0 for none. section: the top-level key; empty for a whole file."""

    severity: Severity
    message: str
    key: str = ""
    section: str = ""
    layer: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    hint: str = ""
    excerpt: str = ""
    caret: int = 0
    width: int = 1

    @property
    def location(self) -> str:
        """`file:line:column`, as far as it is known."""
        if self.line:
            return f"{self.file}:{self.line}:{self.column}"
        return self.file

    def __str__(self) -> str:
        severity = "" if self.severity == "error" else self.severity
        head = ": ".join(part for part in (self.location, severity, self.key) if part)
        message = self.message if self.message.endswith((".", "?")) or not self.hint else f"{self.message}."
        return ": ".join(part for part in (head, f"{message} {self.hint}".strip()) if part)

    def as_data(self) -> dict[str, str | int]:
        """This as plain data, for JSON."""
        return msgspec.structs.asdict(self)
