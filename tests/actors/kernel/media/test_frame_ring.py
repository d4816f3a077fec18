"""The ring of pictures: the newest wins, what is torn or stale is noticed, and no death leaves anything behind."""

import gc
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actors.kernel.media.frame_ring import Ring, RingReader, RingWriter
from actors.kernel.media.frames import RingAddress
from actors.kernel.media.ring_names import new_name

SHAPE = (90, 160, 3)
WITHIN = 20.0
_spawn = multiprocessing.get_context("spawn")


@pytest.fixture
def ring() -> Iterator[Ring]:
    made = Ring(new_name(Path()), 3, int(np.prod(SHAPE)))
    yield made
    made.close()


def picture(value: int) -> Any:
    return np.full(SHAPE, value % 256, np.uint8)


def test_a_picture_comes_out_as_it_went_in(ring: Ring) -> None:
    writer, reader = RingWriter(ring.address), RingReader(ring.address)
    original = np.random.default_rng(1).integers(0, 255, SHAPE, np.uint8)
    frame = writer.write(original, 12.5)
    assert reader.latest() == frame
    read = reader.read(frame)
    assert read is not None
    assert (read == original).all()
    assert (frame.generation, frame.captured_at) == (1, 12.5)
    writer.close()
    reader.close()


def test_the_newest_wins_and_what_was_overwritten_is_stale(ring: Ring) -> None:
    writer, reader = RingWriter(ring.address), RingReader(ring.address)
    frames = [writer.write(picture(n), float(n)) for n in range(5)]
    assert reader.latest() == frames[-1]
    values = [None if (read := reader.read(frame)) is None else int(read[0, 0, 0]) for frame in frames]
    assert values == [None, None, 2, 3, 4]


def test_a_picture_that_is_overwritten_while_it_is_looked_at_is_torn(ring: Ring) -> None:
    writer, reader = RingWriter(ring.address), RingReader(ring.address)
    frame = writer.write(picture(7), 0.0)
    with reader.look(frame) as seen:
        assert seen is not None
        assert seen.whole
        for n in range(3):
            writer.write(picture(n), 0.0)
        assert not seen.whole


def test_a_picture_that_is_being_written_is_not_there_yet(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = RingWriter(ring.address), RingReader(ring.address)
    seen = []
    copy = np.copyto

    def copyto(*arguments: Any) -> None:
        seen.append(reader.latest())
        copy(*arguments)

    monkeypatch.setattr(np, "copyto", copyto)
    frames = [writer.write(picture(n), float(n)) for n in range(7)]
    assert seen == [None, *frames[:-1]]


def test_a_copy_that_is_overtaken_is_not_given(ring: Ring) -> None:
    writer, reader = RingWriter(ring.address), RingReader(ring.address)

    class Overtaken(np.ndarray):
        def copy(self, order: Any = "C") -> Any:
            for n in range(3):
                writer.write(picture(n), 0.0)
            return super().copy()

    frame = writer.write(picture(7), 0.0)
    reader._data = [data.view(Overtaken) for data in reader._data]
    assert reader.read(frame) is None


def test_nothing_is_there_before_the_first_picture(ring: Ring) -> None:
    assert RingReader(ring.address).latest() is None


def test_a_picture_that_is_too_large_is_refused(ring: Ring) -> None:
    with pytest.raises(ValueError, match="a slot has 43200"):
        RingWriter(ring.address).write(np.zeros((91, 160, 3), np.uint8), 0.0)


def test_smaller_pictures_fit_too(ring: Ring) -> None:
    writer, reader = RingWriter(ring.address), RingReader(ring.address)
    read = reader.read(writer.write(np.full((10, 20, 3), 9, np.uint8), 0.0))
    assert read is not None
    assert read.shape == (10, 20, 3)


def test_a_writer_goes_on_counting_where_a_dead_one_stopped(ring: Ring) -> None:
    first = RingWriter(ring.address)
    for n in range(4):
        frame = first.write(picture(n), 0.0)
    first._words[(frame.generation + 1) % 3, 0] = (
        2 * (frame.generation + 1) - 1
    )  # killed in the middle of the next
    second = RingWriter(ring.address)
    assert second.write(picture(9), 0.0).generation > frame.generation + 1
    assert RingReader(ring.address).read(frame) is not None


def test_a_ring_that_is_gone_is_said_to_be() -> None:
    made = Ring(new_name(Path()), 2, 100)
    made.close()
    with pytest.raises(FileNotFoundError):
        RingReader(made.address)


def test_one_that_is_dropped_while_somebody_still_looks_lets_go_without_a_word(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    reader = RingReader(ring.address)
    looking = reader._data[0][:1]
    del reader
    gc.collect()
    assert looking[0] == 0
    assert said == []


def hammer(address: RingAddress, ready: Any) -> None:
    writer = RingWriter(address)
    ready.set()
    n = 0
    while True:
        n += 1
        writer.write(picture(n), float(n))


def test_under_a_hammering_writer_no_torn_picture_is_taken_for_whole(ring: Ring) -> None:
    ready = _spawn.Event()
    process = _spawn.Process(target=hammer, args=(ring.address, ready), daemon=True)
    process.start()
    assert ready.wait(WITHIN)
    reader = RingReader(ring.address)
    whole = newest = 0
    for _ in range(200_000):
        frame = reader.latest()
        read = reader.read(frame) if frame is not None else None
        if read is not None:
            assert (read == read[0, 0, 0]).all(), "every picture has one value"
            whole, newest = whole + 1, frame.generation
        if whole >= 300:
            break
    process.kill()
    process.join()
    assert whole >= 300
    last = RingReader(ring.address).latest()
    assert last is None or last.generation > 0  # the ring is still usable after its writer was killed
    assert RingWriter(ring.address).write(picture(1), 0.0).generation > newest


OWNER = """
import os, signal, sys
import multiprocessing
sys.path.insert(0, {root!r})
from pathlib import Path
from actors.kernel.media.frame_ring import Ring, RingReader
from actors.kernel.media.ring_names import new_name
from tests.actors.kernel.media.test_frame_ring import hammer

if __name__ == "__main__":
    ring = Ring(new_name(Path()), 3, 43200)
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Event()
    writer = spawn.Process(target=hammer, args=(ring.address, ready), daemon=True)
    writer.start()
    ready.wait(20)
    print(ring.address.name, writer.pid, flush=True)
    signal.pause()
"""
ROOT = Path(__file__).parents[4]


@pytest.mark.linux("looks into /dev/shm")
def test_nothing_is_left_when_the_owner_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(OWNER.format(root=str(ROOT)))
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    ) as owner:
        assert owner.stdout is not None
        name, writer = owner.stdout.readline().split()
        assert Path("/dev/shm", name).exists()
        owner.kill()
        os.kill(int(writer), signal.SIGKILL)
        # The resource tracker outlives them, cleans up, and closes this pipe as the last one that holds it.
        assert owner.stdout.read() == ""
    assert not Path("/dev/shm", name).exists()


@pytest.mark.linux("looks into /dev/shm")
def test_a_reader_started_by_plain_subprocess_takes_nothing_away_when_it_dies(ring: Ring) -> None:
    RingWriter(ring.address).write(picture(5), 0.0)
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from actors.kernel.media.frames import RingAddress\nfrom actors.kernel.media.frame_ring import RingReader\n"
        f"reader = RingReader(RingAddress({ring.address.name!r}, 3, {ring.address.slot_bytes}))\n"
        "assert reader.read(reader.latest())[0, 0, 0] == 5\n"
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], timeout=WITHIN, check=False)
    assert done.returncode == -signal.SIGKILL
    assert Path("/dev/shm", ring.address.name).exists()
    assert RingReader(ring.address).latest() is not None


LITTLE = """
import sys
from pathlib import Path
import numpy as np
from actors.kernel.media.frame_ring import NoRoom, Ring, RingWriter
from actors.kernel.media.ring_names import new_name
ring = Ring(new_name(Path()), 3, 300_000)
writer = RingWriter(ring.address)
assert writer.write(np.ones((10, 10, 3), np.uint8), 1.0).generation == 1
try:
    writer.write(np.ones((300, 300, 3), np.uint8), 2.0)
except NoRoom as error:
    print(error)
assert writer.write(np.ones((10, 10, 3), np.uint8), 3.0).generation == 2
writer.close()
ring.close()
"""


@pytest.mark.linux("looks into /dev/shm")
def test_a_picture_for_which_there_is_no_room_is_refused_and_kills_nobody() -> None:
    """As in a container, whose /dev/shm is small: there a write beyond its room is a bus error."""
    mounted = "mount -t tmpfs -o size=64k tmpfs /dev/shm"
    unshare = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, mounted], capture_output=True).returncode:
        pytest.skip("no mounts of one's own here")
    done = subprocess.run(
        [*unshare, f'{mounted} && exec "$0" -c "$1"', sys.executable, LITTLE],
        capture_output=True,
        text=True,
        timeout=WITHIN,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "/dev/shm has no room for a picture of 270000 bytes\n"
