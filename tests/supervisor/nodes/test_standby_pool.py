"""Where processes come from: how they are set up, standby processes, and that none is left behind."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from actors.kernel.directory import Directory
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.thread_host import ExternalClient
from supervisor.nodes.boot import STANDBY, Boot
from supervisor.nodes.process import ProcessHandle
from supervisor.nodes.standby_pool import StandbyPool
from supervisor.nodes.worker_process import WorkerProcess
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec, ProcessSettings
from tests.doubles.actors import Said, Settings
from tests.doubles.held_end import held_open

WITHIN = 20.0
HEAVY = "tests.doubles.actors:Heavy"
ROOT = Path(__file__).parents[3]


class Home:
    """A slot whose processes come from a standby pool."""

    def __init__(self) -> None:
        self.directory = Directory()
        self.client = ExternalClient(self.directory)
        self.standby_pool = StandbyPool(self.directory)
        self.slot = ActorSlot(ChildSpec("heavy", HEAVY, pin="process"), "", 0)
        self.directory.open("heavy", self.slot.mailbox)
        self.ready: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.ended: queue.SimpleQueue[Failure | None] = queue.SimpleQueue()

    def launch(self, settings: ProcessSettings, actor: str = HEAVY) -> ProcessHandle:
        self.slot.incarnation += 1
        number = self.slot.incarnation
        boot = Boot("heavy", number, actor, (), {}, ".", "seed", "", "run", "INFO", {}, settings)
        life = self.standby_pool.launch(self.slot, boot, lambda: self.ready.put(number), self.ended.put)
        assert self.ready.get(timeout=WITHIN) == number
        return life

    def settings(self) -> tuple[str, int]:
        answer = self.client.answer("heavy", Settings(), WITHIN)
        assert isinstance(answer, Said)
        return answer.text, answer.pid

    def wait_warm(self, count: int) -> None:
        gate = threading.Event()
        for _ in range(int(WITHIN / 0.02)):
            if self.standby_pool.warm().get("heavy", 0) == count:
                return
            gate.wait(0.02)
        raise AssertionError(self.standby_pool.warm())


def workers() -> set[psutil.Process]:
    """The processes that this one has spawned and that still live.

    Not by `Process.children`, which leaves out whoever seems older than this process: the wall clock may step.
    """
    found = set()
    for pid in psutil.pids():
        with contextlib.suppress(psutil.Error):
            child = psutil.Process(pid)
            if child.ppid() == os.getpid() and "spawn_main" in " ".join(child.cmdline()):
                found.add(child)
    return found


@pytest.fixture
def home() -> Iterator[Home]:
    made = Home()
    before = workers()
    yield made
    made.standby_pool.close()
    _, alive = psutil.wait_procs(workers() - before, WITHIN)
    assert not alive, "every test leaves as many processes as it found"


def end(home: Home, life: ProcessHandle) -> None:
    life.kill("the test is over")
    home.ended.get(timeout=WITHIN)


@pytest.mark.linux("cores and niceness")
def test_a_process_is_set_up_as_told(home: Home) -> None:
    core = psutil.Process().cpu_affinity()[-1]
    settings = ProcessSettings(cpus=(core,), nice=5, env=(("GERALD_TEST_VARIABLE", "yes"),))
    life = home.launch(settings)
    assert home.settings()[0] == f"{os.nice(0) + 5} {core} yes 1"
    end(home, life)


def test_what_cannot_be_applied_is_a_warning_that_names_the_key(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    life = home.launch(ProcessSettings(cpus=(4095,)))
    home.settings()
    assert "actors.heavy.cpus" in caplog.text
    end(home, life)


def test_a_spare_takes_over_without_loading_again(home: Home) -> None:
    settings = ProcessSettings(standby=1)
    life = home.launch(settings)
    first = home.settings()[1]
    home.wait_warm(1)
    end(home, life)
    life = home.launch(settings)
    text, second = home.settings()
    assert second != first
    assert text.endswith(" 1"), "its own preload, once, and not another at start"
    home.wait_warm(1)
    end(home, life)


def test_a_spare_that_was_made_for_other_settings_is_not_taken(home: Home) -> None:
    life = home.launch(ProcessSettings(standby=1))
    home.wait_warm(1)
    end(home, life)
    home.standby_pool.discard("heavy")
    life = home.launch(ProcessSettings(standby=1, env=(("GERALD_TEST_VARIABLE", "new"),)))
    assert " new " in home.settings()[0]
    end(home, life)


def test_a_spare_that_dies_is_replaced(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = workers()
    life = home.launch(ProcessSettings(standby=1))
    home.wait_warm(1)
    (standby_process,) = (process for process in workers() - before if process.pid != life.pid)
    # So it looks when somebody else has taken its exit status, as the `wait` below may.
    monkeypatch.setattr(WorkerProcess, "alive", True)
    standby_process.kill()
    standby_process.wait(WITHIN)
    gate = threading.Event()
    for _ in range(int(WITHIN / 0.02)):
        # Between the two there may be no moment in which anybody sees that there is none.
        known = {life.pid, standby_process.pid, *(process.pid for process in before)}
        followers = {process.pid for process in workers()} - known
        if followers and home.standby_pool.warm().get("heavy") == 1:
            break
        gate.wait(0.02)
    assert len(followers) == 1
    end(home, life)


def test_closing_ends_the_standby_processes(home: Home) -> None:
    before = workers()
    life = home.launch(ProcessSettings(standby=2))
    home.wait_warm(2)
    end(home, life)
    standby_processes = workers() - before
    assert len(standby_processes) == 2
    home.standby_pool.close()
    assert home.standby_pool.warm() == {}
    _, alive = psutil.wait_procs(standby_processes, WITHIN)
    assert not alive


def test_a_spare_that_dies_while_it_loads_is_replaced_although_its_end_of_the_wire_stays_open(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    died: list[int] = []
    start = WorkerProcess.start

    with contextlib.ExitStack() as held:

        def dies_once(child: WorkerProcess) -> None:
            if not died and child.boot.incarnation == STANDBY:
                held.enter_context(held_open(child._theirs))
                died.append(child.pid)
                child.kill()
            start(child)

        monkeypatch.setattr(WorkerProcess, "start", dies_once)
        life = home.launch(ProcessSettings(standby=1))
        home.wait_warm(1)
        assert died
        end(home, life)


PARENT = """
import sys, time
sys.path.insert(0, {root!r})
from tests.supervisor.nodes.test_standby_pool import Home, ProcessSettings
from actors.kernel.protocol.lifecycle import Hang

if __name__ == "__main__":
    home = Home()
    life = home.launch(ProcessSettings(standby=1))
    home.wait_warm(1)
    if {busy}:
        home.client.tell("heavy", Hang(600.0))
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "in a handler"])
def test_no_process_outlives_its_parent_however_that_dies(tmp_path: Path, busy: bool) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT.format(root=str(ROOT), busy=busy))
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as parent:
        try:
            assert parent.stdout is not None
            assert parent.stdout.readline() == "ready\n"
            children = psutil.Process(parent.pid).children(recursive=True)
            assert len(children) >= 2
        finally:
            parent.kill()
    _, alive = psutil.wait_procs(children, WITHIN)
    assert not alive
