"""Calls of tools as they arrive in parts, beside the words. Pure."""

from collections.abc import Iterable

import msgspec

MOST, LONGEST = 8, 4000  # calls of one reply, and characters of the arguments of one


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
