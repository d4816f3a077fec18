"""Commands that read much or take long, each in a process of its own: at low priority, within a time and a size."""

import contextlib
import functools
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import anyio.to_thread

AT_ONCE = 2
"""How many run at the same time for pages; the others wait."""
LARGEST = 16 << 20
"""Bytes of an answer."""
TOLD = 2000
"""Bytes of what a command says went wrong."""
_limiter = anyio.CapacityLimiter(AT_ONCE)


class CommandFailed(Exception):
    """A command came to nothing; the text says why, as it said it itself."""


async def output(home: Path, *arguments: str, within: float) -> bytes:
    """See `run`, without holding up the server."""
    work = functools.partial(run, home, *arguments, within=within)
    return await anyio.to_thread.run_sync(work, limiter=_limiter, abandon_on_cancel=True)


async def answer(home: Path, *arguments: str, within: float) -> Any:
    """What a command with --json prints. Raises CommandFailed."""
    return parsed(await output(home, *arguments, "--json", within=within))


def run(home: Path, *arguments: str, within: float) -> bytes:
    """What `supervisor ARGUMENTS` prints, whatever its exit status, within so many seconds. Blocks.

    Raises CommandFailed where it prints nothing, too much, or is too slow."""
    lowly = (sys.executable, "-m", "supervisor.page.lowly", str(int(within) + 1))
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            (*lowly, "--home", str(home), *arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            start_new_session=True,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},  # whatever this system writes its texts in
        ) as process:
            printed, late = _read(process, within)
        said.seek(0)
        complaint = said.read(TOLD).decode("utf-8", "replace").strip()
    if late:
        raise CommandFailed(f"it was not done within {within:g} s")
    if len(printed) > LARGEST:
        raise CommandFailed(f"it is larger than {LARGEST >> 20} MB: `supervisor {' '.join(arguments)}`")
    if not printed:
        raise CommandFailed(complaint or f"it ended with status {process.returncode}")
    return printed


def _read(process: "subprocess.Popen[bytes]", within: float) -> tuple[bytes, bool]:
    """What it prints, and whether it was ended for being late. It has ended afterwards."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(within, end)
    timer.daemon = True
    timer.start()
    try:
        assert process.stdout is not None
        printed = process.stdout.read(LARGEST + 1)
        if len(printed) > LARGEST:
            process.kill()
        process.wait()
        return printed, late.is_set()
    finally:
        timer.cancel()


def parsed(printed: bytes) -> Any:
    """The JSON that a command printed. Raises CommandFailed."""
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(printed)
    raise CommandFailed("what it says makes no sense")
