"""An end of a wire that stays open, whoever else closes it."""

import contextlib
import os
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any


@contextlib.contextmanager
def held_open(end: "Connection[Any, Any]") -> Iterator[None]:
    """Hold a second handle of this end; as Windows does for a child that dies before it has taken its end over."""
    if sys.platform == "win32":
        import _winapi
        from multiprocessing.reduction import duplicate

        handle = duplicate(end.fileno())
        try:
            yield
        finally:
            _winapi.CloseHandle(handle)
    else:
        number = os.dup(end.fileno())
        try:
            yield
        finally:
            os.close(number)
