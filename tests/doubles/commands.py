"""The `supervisor` command in processes of its own that have everything imported already: a tenth of the time.

See `forked`."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.doubles.forked import context

APART = ("run", "demo", "chaos", "simulate", "replay")
"""Commands that start processes or threads by themselves, or measure their own start: as a user starts them."""


def run(
    arguments: Sequence[str], environment: Mapping[str, str], within: float
) -> "subprocess.CompletedProcess[str]":
    """`supervisor` with these arguments. Raises subprocess.TimeoutExpired after `within` seconds."""
    if not hasattr(os, "fork") or any(word in APART for word in arguments):
        return subprocess.run(
            [sys.executable, "-m", "supervisor", *arguments],
            capture_output=True,
            text=True,
            timeout=within,
            stdin=subprocess.DEVNULL,
            env=dict(environment),
        )
    return _forked(list(arguments), dict(environment), within)


def _forked(
    arguments: list[str], environment: dict[str, str], within: float
) -> "subprocess.CompletedProcess[str]":
    with tempfile.TemporaryDirectory(prefix="gerald-command-") as made:
        folder = Path(made)
        process: Any = context().Process(  # type: ignore[attr-defined]
            target=_command, args=(arguments, environment, made, os.getcwd())
        )
        process.start()
        process.join(within)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, within)
        said = [(folder / name).read_text("utf-8") for name in ("stdout", "stderr")]
        return subprocess.CompletedProcess(arguments, process.exitcode, *said)


def _command(arguments: list[str], environment: dict[str, str], folder: str, current: str) -> None:
    os.chdir(current)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.stdout, sys.stderr = (os.fdopen(os.dup(number), "w", encoding="utf-8") for number in (1, 2))
    sys.argv = ["supervisor", *arguments]
    from supervisor.cli.main import main

    main()
