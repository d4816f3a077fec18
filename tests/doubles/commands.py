"""The `supervisor` command in processes of its own that have everything imported already: a tenth of the time."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence

from tests.doubles.forked import ForkedProcess

APART = ("demo", "chaos", "simulate", "replay")
"""Commands that start many processes by themselves, or measure their own start: as a user starts them."""


def run(
    arguments: Sequence[str], environment: Mapping[str, str], within: float
) -> "subprocess.CompletedProcess[str]":
    """`supervisor` with these arguments. Raises subprocess.TimeoutExpired after `within` seconds."""
    command = [sys.executable, "-m", "supervisor", *arguments]
    if not hasattr(os, "fork") or any(word in APART for word in arguments):
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=within,
            stdin=subprocess.DEVNULL,
            env=dict(environment),
        )
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        process = ForkedProcess(command, env=environment, stdout=stdout, stderr=stderr)
        try:
            code = process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        said = []
        for file in (stdout, stderr):
            file.seek(0)
            said.append(file.read().decode())
        return subprocess.CompletedProcess(command, code, *said)
