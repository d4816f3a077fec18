"""Describes why an incarnation failed."""

import threading
import traceback
from collections.abc import Callable

from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure

redact: Callable[[str], str] = str
"""Removes secrets from a text; replaced at the start of a process that knows any."""

words: Callable[[BaseException], str] = str
"""The text of an error; replaced at the start of a process by who knows what the machine may lack."""


def failure_of(error: BaseException, handling: Envelope | None) -> Failure:
    """The Failure of `error`, raised while `handling` a message (None for none)."""
    try:
        text = words(error)[:5000]
    except Exception:
        text = "(its text could not be made)"
    where = redact("".join(traceback.format_exception(error)))[-8000:]
    about = ("", "") if handling is None else (handling.id, type(handling.message).__name__)
    return Failure(type(error).__name__, redact(text)[:500], where, *about)


def hung(handling: Envelope, seconds: float) -> Failure:
    """The Failure of a handler that did not return within so many seconds."""
    text, kind = f"not handled after {seconds:.1f} s", type(handling.message).__name__
    return Failure("Hung", text, "", handling.id, kind)


def from_the_keyboard(error: BaseException) -> bool:
    """Whether the user pressed Ctrl-C, for which no handler is to blame."""
    return isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread()
