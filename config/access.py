"""Who may read a file on Windows, which has a list of access in place of a mode; elsewhere nothing is to be done.

The list is read and written as text, in Windows' security descriptor definition language (SDDL)."""

import re
import sys
from pathlib import Path

PRIVATE = "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)"
"""For the system, administrators and the owner, whatever the folder says: as Python's os.mkdir with mode 0o700."""

_CROWDS = {
    "WD": "everyone",
    "AU": "everybody who can sign in",
    "BU": "all users of this machine",
    "BG": "guests",
    "AN": "everyone on the network",
    "IU": "everybody at this machine",
    "NU": "everyone on the network",
    "DU": "all users of the domain",
}
_ENTRY = re.compile(r"\(([^();]*);([^();]*);([^();]*);[^();]*;[^();]*;([^();]*)[^()]*\)")
_READ_WORDS = frozenset({"FA", "FR", "GA", "GR", "CC"})
_READ_BITS = 0x9000_0001  # to read data; all, and read, as asked for of any object


def crowds_that_read(sddl: str) -> tuple[str, ...]:
    """Which groups of people that nobody has chosen may read the file, in words. sddl: its security descriptor."""
    found = re.search(r"D:([A-Z_]*)((?:\([^)]*\))*)", sddl)
    if found is None or "NO_ACCESS_CONTROL" in found[1]:
        return (_CROWDS["WD"],)
    readers = (
        who
        for kind, flags, rights, who in _ENTRY.findall(found[2])
        if kind == "A" and "IO" not in flags and _reads(rights)
    )
    return tuple(dict.fromkeys(_CROWDS[who] for who in readers if who in _CROWDS))


def _reads(rights: str) -> bool:
    if rights.startswith("0x"):
        return bool(int(rights, 16) & _READ_BITS)
    return any(rights[at : at + 2] in _READ_WORDS for at in range(0, len(rights), 2))


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _OWNER, _LIST, _PROTECTED = 0x1, 0x4, 0x8000_0000
    _FILE, _REVISION = 1, 1
    _security = ctypes.WinDLL("advapi32", use_last_error=True)
    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.LocalFree.argtypes = (ctypes.c_void_p,)

    def keep_private(path: Path) -> None:
        """Let nobody but the owner, administrators and the system use the file. Raises OSError, also on a disk that
        knows no owners."""
        descriptor = ctypes.c_void_p()
        made = _security.ConvertStringSecurityDescriptorToSecurityDescriptorW(
            PRIVATE, _REVISION, ctypes.byref(descriptor), None
        )
        if not made:
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            if not _security.SetFileSecurityW(str(path), wintypes.DWORD(_LIST | _PROTECTED), descriptor):
                error = ctypes.WinError(ctypes.get_last_error())
                error.filename = str(path)
                raise error
        finally:
            _kernel.LocalFree(descriptor)

    def others_that_read(path: Path) -> tuple[str, ...]:
        """As crowds_that_read, of a file; nothing where it cannot be told."""
        descriptor, text = ctypes.c_void_p(), ctypes.c_wchar_p()
        asked = wintypes.DWORD(_OWNER | _LIST)
        if _security.GetNamedSecurityInfoW(
            str(path), _FILE, asked, None, None, None, None, ctypes.byref(descriptor)
        ):
            return ()
        try:
            if not _security.ConvertSecurityDescriptorToStringSecurityDescriptorW(
                descriptor, _REVISION, asked, ctypes.byref(text), None
            ):
                return ()
            found = crowds_that_read(text.value or "")
            _kernel.LocalFree(text)
            return found
        finally:
            _kernel.LocalFree(descriptor)

else:

    def keep_private(path: Path) -> None:
        """The mode with which it was made says it."""

    def others_that_read(path: Path) -> tuple[str, ...]:
        """Nobody: the mode tells."""
        return ()
