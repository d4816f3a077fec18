"""Everything of one person in a file, for the person to have."""

import os
from pathlib import Path
from typing import Any

import msgspec

from supervisor.cli.options import fail
from supervisor.exit_status import FAILED


def write_new(file: Path, content: dict[str, Any]) -> None:
    """Write JSON to a new file that only its owner can read; exits with 1 where that cannot be."""
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(msgspec.json.format(msgspec.json.encode(content)) + b"\n")
    except OSError as error:
        fail(FAILED, f"{file} cannot be written: {error.strerror or error}")
