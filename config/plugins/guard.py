"""Runs a plugin's code so that it can neither end this thread nor hold it up for ever."""

import ctypes
import importlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from config.plugins.errors import PluginBroken

T = TypeVar("T")
WITHIN = 10.0
"""Seconds that an import, or the making of an engine, may take unless said otherwise."""


def guarded(do: Callable[[], T], what: str, within: float = WITHIN) -> T:
    """What `do` returns, in a thread of its own. Raises PluginBroken, which begins with `what`.

    Whatever it raises counts, sys.exit as well. What takes longer than `within` seconds is told to end, and left behind
    where it does not."""
    found: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(do())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, name=f"plugin: {what}"[:60], daemon=True)
    thread.start()
    thread.join(within)
    if failed:
        raise PluginBroken(f"{what} failed: {_said(failed[0])}") from None
    if not found:
        _end(thread)
        raise PluginBroken(f"{what} took longer than {within:g} s")
    return found[0]


def _end(thread: threading.Thread) -> None:
    """Have SystemExit raised in it, so that a loop without an end does not compute for ever. One that waits goes on."""
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))


def _said(error: BaseException) -> str:
    try:
        lines = str(error).splitlines() or [""]
    except Exception:
        lines = ["(its text could not be made)"]
    return f"{type(error).__name__}: {lines[0]}"[:300].rstrip(": ")


def import_guarded(module: str) -> Any:
    """The module. Raises PluginBroken."""
    return guarded(lambda: importlib.import_module(module), f"the import of {module}")


def attribute(target: str) -> Any:
    """What "module:attribute" names, as an entry point does. Raises PluginBroken."""
    module, _, name = target.partition(":")
    found = import_guarded(module)
    return guarded(lambda: getattr(found, name), f"looking up {target}")
