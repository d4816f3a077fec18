"""How a process ended, in words."""

import signal

_CRASHES = {
    0xC0000005: "access violation",
    0xC0000006: "a page could not be read from its file",
    0xC0000017: "out of memory",
    0xC000001D: "illegal instruction",
    0xC0000094: "division by zero",
    0xC00000FD: "stack overflow",
    0xC0000135: "a DLL is missing",
    0xC0000139: "a DLL lacks a function",
    0xC0000142: "a DLL could not be set up",
    0xC0000374: "heap corruption",
    0xC0000409: "it ended itself: abort, or a stack overrun",
    0xC06D007E: "a DLL is missing",
    0xE06D7363: "an exception of C++",
}
"""Windows' exit statuses of processes that crashed (NTSTATUS)."""
_CLOSED = {
    0xC000013A: "was ended by Ctrl-C, or with its window",
    0x40010004: "was ended at the end of the session",
}
FIRST_CRASH = 0x80000000
"""From here on a status of Windows is an error's, and nobody's choice."""


def is_crash(code: int) -> bool:
    """Whether a process with this exit status crashed or was killed, by signal (below 0) or as Windows says it."""
    return code < 0 or code >= FIRST_CRASH or code in _CLOSED


def ended(code: int) -> str:
    """Completes "the process ...". code: its exit status, minus the signal that killed it."""
    if code in _CLOSED:
        return _CLOSED[code]
    if code >= FIRST_CRASH:
        return f"crashed ({_CRASHES.get(code, f'0x{code:08X}')})"
    if code >= 0:
        return f"ended with status {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
