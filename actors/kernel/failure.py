"""How the end of an incarnation is put into words."""

import threading
import traceback
from collections.abc import Callable

from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure

redact: Callable[[str], str] = str
"""Takes secrets out of a text; whoever knows any puts something better here at the start of a process."""

__all__ = ["failure_of", "from_the_keyboard", "hung"]


def failure_of(error: BaseException, handling: Envelope | None) -> Failure:
    """What went wrong, where, and while handling which message (None for none)."""
    try:
        text = str(error)[:5000]
    except Exception:
        text = "(its text could not be made)"
    return Failure(
        type(error).__name__,
        redact(text)[:500],
        redact("".join(traceback.format_exception(error)))[-8000:],
        handling.id if handling is not None else "",
        type(handling.message).__name__ if handling is not None else "",
    )


def hung(handling: Envelope, seconds: float) -> Failure:
    """A handler that had not ended after so many seconds."""
    return Failure(
        "Hung", f"not handled after {seconds:.1f} s", "", handling.id, type(handling.message).__name__
    )


def from_the_keyboard(error: BaseException) -> bool:
    """Whether somebody pressed Ctrl-C, which no handler is to blame for."""
    return isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread()
