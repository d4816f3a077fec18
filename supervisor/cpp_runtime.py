"""Microsoft's libraries of C++, which the packages of models need on Windows, and which nobody else brings.

`python -m supervisor.cpp_runtime` prints what is missing; set-up runs it after it has installed the packages."""

import sys
from collections.abc import Callable

LIBRARIES = ("MSVCP140.dll", "MSVCP140_1.dll", "VCOMP140.dll")
REMEDY = (
    "install Microsoft's Visual C++ Redistributable for x64, https://aka.ms/vs/17/release/vc_redist.x64.exe, "
    "and start Gerald again"
)
_NOT_LOADED = (
    126,
    127,
    193,
    1114,
)  # Windows: a module, or a function in it, is missing; of another kind; not set up

if sys.platform == "win32":
    import ctypes

    _FROM_THE_SYSTEM = 0x800

    def is_there(library: str) -> bool:
        """Whether the system has this library."""
        try:
            ctypes.WinDLL(library, winmode=_FROM_THE_SYSTEM)
        except OSError:
            return False
        return True

else:

    def is_there(library: str) -> bool:
        """Elsewhere it is not wanted, or comes with the packages."""
        return True


def missing(there: Callable[[str], bool] = is_there) -> tuple[str, ...]:
    """Those that the system lacks."""
    return tuple(library for library in LIBRARIES if not there(library))


def complaint(there: Callable[[str], bool] = is_there) -> str:
    """What is missing, and what to do; "" for nothing."""
    lacking = missing(there)
    return f"this machine lacks {', '.join(lacking)}: {REMEDY}" if lacking else ""


def words(error: BaseException, there: Callable[[str], bool] = is_there) -> str:
    """The text of an error; of one that may come from a library that is missing, with where to get it."""
    text = str(error)
    unloaded = isinstance(error, ImportError) or getattr(error, "winerror", 0) in _NOT_LOADED
    return f"{text}; {said}" if unloaded and (said := complaint(there)) else text


if __name__ == "__main__":
    print(complaint())
