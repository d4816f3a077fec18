"""Text from outside (names, ids, reasons), as it is printed: neither as markup, nor as commands to the terminal."""

import os
from typing import TYPE_CHECKING

from config.syntax.mask import printable

if TYPE_CHECKING:
    from rich.text import Text


def given(text: str) -> str:
    """An argument as it was typed: where the locale is C, Python leaves its bytes undecoded."""
    return os.fsencode(text).decode("utf-8", "replace")


def literal(text: object) -> "Text":
    """A cell of a table."""
    from rich.text import Text

    return Text(printable(str(text)))


def escaped(text: object) -> str:
    """A part of a line with markup."""
    from rich.markup import escape

    return escape(printable(str(text)))


def lines(text: str) -> str:
    """Several lines, of which each is printable."""
    return "\n".join(map(printable, text.splitlines()))
