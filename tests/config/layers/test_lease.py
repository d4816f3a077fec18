"""Who writes a file is seen."""

import os
from pathlib import Path

import pytest

from config.layers.lease import is_being_written


@pytest.mark.linux("leases of files")
def test_a_writer_is_seen_and_a_reader_is_none(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    assert not is_being_written(file)
    reader = os.open(file, os.O_RDONLY)
    assert not is_being_written(file)
    writer = os.open(file, os.O_WRONLY)
    assert is_being_written(file)
    os.close(writer)
    assert not is_being_written(file)
    os.close(reader)
    assert not is_being_written(tmp_path / "none")
