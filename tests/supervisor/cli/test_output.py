"""Printing neither ends nor holds up a process, whatever becomes of the terminal."""

import contextlib
import errno
import io
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from supervisor.cli.main import reader_is_gone
from supervisor.cli.options import print_json
from supervisor.cli.output import MOST, UnfailingOutput, encode_anything

WITHIN = 10.0


def opened(fd: int, encoding: str = "utf-8") -> UnfailingOutput:
    return UnfailingOutput(open(fd, "w", encoding=encoding, closefd=False), "an output")


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for fd in (reader, writer):
        with contextlib.suppress(OSError):
            os.close(fd)


def test_what_is_written_arrives_in_order(pipe: tuple[int, int]) -> None:
    output = opened(pipe[1])
    for number in range(100):
        print(number, file=output)
    assert output.drain(WITHIN)
    assert os.read(pipe[0], 65536).split() == [str(number).encode() for number in range(100)]


def test_what_the_encoding_lacks_is_shown_as_its_number(pipe: tuple[int, int]) -> None:
    output = opened(pipe[1], "cp1252")
    print("happy 😀 é", file=output)
    assert output.drain(WITHIN)
    assert os.read(pipe[0], 100) == b"happy \\U0001f600 \xe9\n"


def test_a_reader_that_went_away_is_noted_once(
    pipe: tuple[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    output = opened(pipe[1])
    os.close(pipe[0])
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            print(number, file=output)
            assert output.drain(WITHIN)
    assert len(caplog.records) == 1
    assert "cannot be written" in caplog.text


@pytest.mark.linux("Linux has a device that is always full")
def test_a_full_disk_fails_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with open("/dev/full", "w") as full:
        output = opened(full.fileno())
        print("x", file=output)
        assert output.drain(WITHIN)
    assert "No space left" in caplog.text


def test_a_reader_that_never_reads_holds_nobody_up_and_costs_bounded_memory(pipe: tuple[int, int]) -> None:
    output = opened(pipe[1])
    line = "x" * 1000 + "\n"
    written = threading.Event()

    def write() -> None:
        for _ in range(3 * MOST // len(line)):
            output.write(line)
        written.set()

    threading.Thread(target=write, daemon=True).start()
    assert written.wait(WITHIN)
    assert not output.drain(0.0)
    assert output._size <= MOST
    os.close(pipe[0])  # now the thread can go on, and end what it was told
    assert output.drain(WITHIN)


@pytest.mark.posix("terminals of POSIX")
def test_a_terminal_that_is_closed_fails_nobody(caplog: pytest.LogCaptureFixture) -> None:
    import pty

    ours, theirs = pty.openpty()
    output = opened(theirs)
    assert output.isatty()
    os.close(ours)
    print("x", file=output)
    assert output.drain(WITHIN)
    os.close(theirs)
    print("y", file=output)
    assert output.drain(WITHIN)


def test_a_process_without_output_may_print(caplog: pytest.LogCaptureFixture) -> None:
    output = UnfailingOutput(io.StringIO(), "nothing")
    print("x", file=output)
    assert output.drain(WITHIN)
    assert not output.isatty()


def test_a_command_prints_what_its_terminal_cannot_show(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    encode_anything()
    print("日本")
    sys.stdout.flush()
    assert raw.getvalue().split() == [b"\\u65e5\\u672c"]


def test_it_is_a_text_stream_also_for_those_who_try(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    output = opened(pipe[1])
    with pytest.raises(TypeError):
        output.write(b"bytes")  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "stderr", output)
    click.echo("said", err=True)
    assert output.drain(WITHIN)
    assert os.read(pipe[0], 100) == b"said\n"


def test_a_reader_that_is_gone_is_known_by_what_each_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    invalid = OSError(errno.EINVAL, "Invalid argument")
    assert reader_is_gone(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert not reader_is_gone(invalid)
    monkeypatch.setattr(sys, "platform", "win32")
    assert reader_is_gone(invalid)
    assert not reader_is_gone(OSError(errno.EINVAL, "Invalid argument", "C:\\a file"))
    assert not reader_is_gone(OSError(errno.ENOSPC, "No space"))


def test_json_stays_json_where_the_output_lacks_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"text": "happy 😀 é"}
    for encoding in ("cp1252", "utf-8", "ascii"):
        written = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding, write_through=True))
        encode_anything()
        print_json(said)
        assert json.loads(written.getvalue().decode(encoding)) == said


PRINTS = """
import sys
from supervisor.cli.main import main
sys.argv = ["supervisor", *sys.argv[1:]]
main()
"""


def test_a_file_of_an_older_encoding_takes_what_a_command_prints(tmp_path: Path) -> None:
    """As on Windows, where a pipe and a file are in the system's own encoding."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text('bot: {name: "Gérald 😀 東"}', encoding="utf-8")
    command = [sys.executable, "-c", PRINTS, "--home", str(tmp_path), "config", "show", "bot"]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    for more in ((), ("--json",)):
        done = subprocess.run([*command, *more], capture_output=True, env=environment)
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"rald" in done.stdout
    assert "Gérald 😀 東" in json.dumps(json.loads(done.stdout.decode("cp1252")), ensure_ascii=False)
