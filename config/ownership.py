"""What to say of a file that cannot be used, with whose it is where that is the reason."""

import errno
import os
import sys
from pathlib import Path


def trouble(error: OSError, path: Path | str = "") -> str:
    """`path`, else the file that the error names, and why it cannot be used; of another user's, whose it is and what to
    do. "" for the path where nobody knows it."""
    where = str(path or error.filename or "")
    why = error.strerror or str(error)
    said = f"{where}: {why}" if where else why
    if where and error.errno in (errno.EACCES, errno.EPERM):
        said += _whose(Path(error.filename or where))
    return said


if sys.platform == "win32":

    def _whose(path: Path) -> str:
        return ""

else:
    import pwd

    def _whose(path: Path) -> str:
        """A clause on the owner of the innermost part of `path` that can be looked at; "" if that is this user."""
        for place in (path, *path.absolute().parents):
            try:
                owner = place.stat().st_uid
            except OSError:
                continue
            if owner == os.geteuid():
                return ""
            me, other = _name(os.geteuid()), _name(owner)
            return (
                f"; {place} belongs to {other}, and you are {me}: run this as {other},"
                f" or type `sudo chown -R {me} {place}`"
            )
        return ""

    def _name(uid: int) -> str:
        """The name of a user, or the number where there is none."""
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return str(uid)
