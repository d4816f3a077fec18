"""Calls of tools as they arrive in parts, beside the words; and how a tool is called in what the owner reads. Pure, but
that it knows the secrets of the configuration."""

import re
from collections.abc import Iterable

import msgspec

from config.schema import holds_secret

UNNAMED = "?"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}")

MOST, LONGEST = 8, 4000  # calls of one reply, and characters of the arguments of one


def name_for_owner(tool: str) -> str:
    """The name of a tool that was called, which a model may have made of anything: only if it is a name, and tells no
    secret. "" stays ""."""
    return tool if not tool or (_NAME.fullmatch(tool) and not holds_secret(tool)) else UNNAMED


class CallPart(msgspec.Struct, frozen=True):
    """A part of call `index`: its name once, its arguments (JSON) piece by piece."""

    index: int
    name: str = ""
    arguments: str = ""


class ToolCalls:
    """Parts in; each call out once, when its arguments are whole."""

    def __init__(self) -> None:
        self._calls: dict[int, CallPart] = {}
        self._told: set[int] = set()

    def take(self, parts: Iterable[CallPart]) -> tuple[CallPart, ...]:
        """The calls that these parts complete."""
        whole = []
        for part in parts:
            known = self._calls.get(part.index, CallPart(part.index))
            if part.index not in self._calls and len(self._calls) >= MOST:
                continue
            joined = (known.arguments + part.arguments)[:LONGEST]
            call = CallPart(part.index, known.name or part.name, joined)
            self._calls[part.index] = call
            if part.index not in self._told and _is_whole(call.arguments):
                self._told.add(part.index)
                whole.append(call)
        return tuple(whole)

    def rest(self) -> tuple[CallPart, ...]:
        """At the end: the calls whose arguments never became whole."""
        return tuple(call for index, call in self._calls.items() if index not in self._told)


def _is_whole(arguments: str) -> bool:
    if not arguments.rstrip().endswith("}"):
        return False
    try:
        msgspec.json.decode(arguments)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return False
    return True
