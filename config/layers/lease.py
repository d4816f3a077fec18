"""Whether a file is open for writing, which only Linux tells: by its leases."""

import contextlib
import errno
import os
import signal
import sys
from pathlib import Path

if sys.platform == "linux":
    import fcntl

    def is_being_written(path: Path) -> bool:
        """Whether any process has the file open for writing, where the system can tell; else False.

        Linux grants a read lease only on a file that nobody writes. The lease is returned at once; a process that opens
        the file for writing in between waits for microseconds, and the signal about it is ignored."""
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                return _refuses_lease(handle)
            finally:
                os.close(handle)
        return False

    def _refuses_lease(handle: int) -> bool:
        try:
            # SIGURG is ignored by default; the lease's own signal would end the process.
            fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except OSError as error:
            return error.errno == errno.EAGAIN
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False

else:

    def is_being_written(path: Path) -> bool:
        """False: this system does not tell."""
        return False
