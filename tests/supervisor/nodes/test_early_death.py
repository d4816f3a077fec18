"""A process that dies while it starts, and whose end of the wire somebody else still holds: on Windows its parent."""

import io
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing import reduction, util
from typing import IO, Any

import pytest

from actors.kernel.directory import Directory
from actors.kernel.protocol.lifecycle import Failure
from supervisor.nodes.boot import Boot
from supervisor.nodes.process import ProcessHandle
from supervisor.nodes.secrets import Reveal
from supervisor.nodes.standby_pool import StandbyPool
from supervisor.nodes.worker_process import WorkerProcess
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec, ProcessSettings

WITHIN = 20.0
ACTORS = ("tests.doubles.actors:Echo", "supervisor.page.page:Page")


class Held(WorkerProcess):
    """Its end of the wire stays open in this process, as on Windows until the child has taken it over."""

    def start(self) -> None:
        if sys.platform != "win32":
            self.held = os.fdopen(os.dup(self._theirs.fileno()))
        super().start()


class DiesAtOnce(Held):
    """Killed as soon as it is there."""

    def start(self) -> None:
        self.kill()
        super().start()


class DiesBeforeItReads(Held):
    """Killed as soon as the system has made it, so that nobody reads what the spawn writes."""

    def start(self) -> None:
        with pytest.MonkeyPatch.context() as patched:
            if sys.platform == "win32":
                from multiprocessing import popen_spawn_win32 as popen

                made = popen._winapi.CreateProcess
                patched.setattr(popen._winapi, "CreateProcess", _killed(made, lambda it: it[0], _terminate))
            else:
                patched.setattr(util, "spawnv_passfds", _killed(util.spawnv_passfds, int, _kill))
            super().start()


def _killed(
    make: Callable[..., Any], of: Callable[[Any], int], kill: Callable[[int], None]
) -> Callable[..., Any]:
    def killed(*arguments: Any) -> Any:
        made = make(*arguments)
        kill(of(made))
        return made

    return killed


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def _terminate(handle: int) -> None:
    import _winapi

    _winapi.TerminateProcess(handle, 1)


class CannotBeSpawned(WorkerProcess):
    """The system has no process to give: on Windows also one that dies before it has read what it is to do."""

    def start(self) -> None:
        raise BrokenPipeError(22, "Invalid argument")


LARGE = (("x" * 200_000, ()),)
"""More than any pipe takes while nobody reads."""


def boot(actor: str, standby: int = 0) -> Boot:
    settings = ProcessSettings(standby=standby)
    return Boot("echo", 1, actor, (), {}, ".", "seed", "", "run", "INFO", {}, settings, subscribers=LARGE)


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("dies", [DiesAtOnce, DiesBeforeItReads, CannotBeSpawned])
def test_its_supervisor_hears_of_it(actor: str, dies: type[WorkerProcess]) -> None:
    directory, ended = Directory(), queue.SimpleQueue[Failure | None]()
    slot = ActorSlot(ChildSpec("echo", actor, pin="process"), "", 0)
    directory.open("echo", slot.mailbox)
    child = dies(boot(actor))
    ProcessHandle(slot, child.boot, directory, lambda: None, ended.put, child)
    failure = ended.get(timeout=WITHIN)
    assert failure is not None
    # Whoever ends a process on Windows chooses its status.
    assert failure.kind in ("Killed", "SpawnError", *(("Exited",) if sys.platform == "win32" else ()))


def test_what_the_spawn_writes_fits_into_a_pipe_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    dump = reduction.dump

    def measured(what: object, file: IO[bytes], protocol: int | None = None) -> None:
        pickled = io.BytesIO()
        dump(what, pickled, protocol)
        written.append(file.write(pickled.getvalue()))

    child = WorkerProcess(boot(ACTORS[0]))
    with monkeypatch.context() as patched:
        patched.setattr(reduction, "dump", measured)
        child.start()
    child.kill()
    child.join(WITHIN)
    child.release()
    assert 0 < sum(written) < 4096


@pytest.mark.parametrize("dies", [DiesAtOnce, DiesBeforeItReads, CannotBeSpawned])
def test_a_standby_process_is_replaced(dies: type[WorkerProcess]) -> None:
    made: list[WorkerProcess] = []
    warm = threading.Event()

    class Warms(Held):
        @property
        def alive(self) -> bool:
            warm.set()  # it is looked at once it is loaded
            return super().alive

    def make(boot: Boot, reveal: Reveal) -> WorkerProcess:
        made.append((dies if not made else Warms)(boot, reveal))
        return made[-1]

    pool = StandbyPool(Directory(), make=make)
    pool.provide(boot("tests.doubles.actors:Heavy", standby=1))
    try:
        assert warm.wait(WITHIN), "the first is dead, and no second one came"
    finally:
        pool.close()
        made[-1].kill()
        made[-1].join(WITHIN)
