"""What Gerald does on this system, from outside, and whether it reads what it wrote on another one.

`python tools/wine/smoke.py live` runs it, talks, stops, and puts the actor tree to the test; `kills 50` kills a process
that often while it starts. `write FOLDER` leaves a home with a trace, states, a backup, secrets and their key;
`read FOLDER` reads all of it, on whichever system. Each step is a line; the exit status is 1 at the first that fails.
tools/wine/tests.sh runs it on Linux and under Wine.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import psutil

from config.secrets.key_file import KEY_FILE_VARIABLE
from supervisor.demo.instance import DemoInstance, free_port

WITHIN = 120.0
SETTINGS = ("llm.mock_responses=true", "osc.query=off")
SECRET = "sk-smoke-0123456789"
CHAOS_SEEDS = (3, 6, 11)
IN_A_ROW = 10
EARLY = 0.3
"""Seconds of a process's start within which it is killed."""
PATIENT = ("supervision.intensity=100", "supervision.period=20", "supervision.backoff_max=0.1")
EXPECTED = "expected.json"
"""In the folder of `write`: sums of what `read` has to find."""


T = TypeVar("T")


class Failed(Exception):
    """A step did not do what it promises."""


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whatever runs is stopped then, too
    begun = time.monotonic()
    try:
        match arguments:
            case ["live"]:
                live()
            case ["kills", rounds]:
                kills(int(rounds))
            case ["write", folder]:
                write(Path(folder).absolute())
            case ["read", folder]:
                read(Path(folder).absolute())
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except Failed as failed:
        print(f"FAILED: {failed}", flush=True)
        return 1
    print(f"{' '.join(arguments)}: all well, {time.monotonic() - begun:.0f} s", flush=True)
    return 0


class Gerald:
    """The `supervisor` command in a home, with a key file of its own."""

    def __init__(self, home: Path, key: Path) -> None:
        self.home = home
        self.environment = {KEY_FILE_VARIABLE: str(key)}

    def run(self, *arguments: str, code: int = 0, given: str = "") -> str:
        """What it printed. Raises Failed if it ends with another status."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GERALD_")}
        done = subprocess.run(
            [sys.executable, "-m", "supervisor", "--home", str(self.home), *arguments],
            env={**kept, **self.environment},
            input=given.encode(),
            capture_output=True,
            timeout=WITHIN,
        )
        said = done.stdout.decode("utf-8", errors="replace").replace("\r\n", "\n")
        if done.returncode != code:
            raise Failed(f"{arguments}: {done.returncode}\n{said}\n{done.stderr.decode(errors='replace')}")
        return said

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").splitlines()[-1])

    def started(self, *settings: str) -> DemoInstance:
        ports = (f"osc.input_port={free_port()}", f"osc.output_port={free_port()}")
        return DemoInstance(self.home, (*SETTINGS, *ports, *settings), self.environment, "--text")


def step(what: str, holds: bool, found: object = "") -> None:
    if not holds:
        raise Failed(f"{what}: {found}")
    print(f"ok: {what}", flush=True)


# --- on this system -------------------------------------------------------------------------------------


def live() -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        gerald = Gerald(Path(folder) / "home", Path(folder) / "key")
        gerald.home.mkdir()
        with gerald.started() as instance:
            step("it runs, and answers", bool(gerald.run("talk", "Hello", "--as", "Anna").strip()))
            step("its page, and what it counts, can be asked for", "gerald_" in gerald.run("metrics"))
        step("it stops in order", instance.exit_code == 0, instance.printed())
        step("its state is saved", "state saved" in printed(instance), instance.printed())
    for seed in CHAOS_SEEDS:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            found = Gerald(Path(folder), Path(folder) / "key").json(
                "chaos", "--text", "--seconds", "8", "--seed", str(seed)
            )
            step(f"chaos, seed {seed}", found["passed"], found.get("faults"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        simulated = Gerald(Path(folder), Path(folder) / "key")
        simulated.run("simulate", "--seeds", "10")
        step("simulate, 10 seeds", True)


def printed(instance: DemoInstance) -> str:
    return (instance.home / "run.out").read_text("utf-8", errors="replace")


# --- a worker that is killed while it starts ------------------------------------------------------------


def kills(rounds: int) -> None:
    """So often is a process killed within the first 300 ms of its start, at any instant; each time it starts again."""
    dice = random.Random(1)
    took: list[float] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        gerald = Gerald(Path(folder) / "home", Path(folder) / "key")
        gerald.home.mkdir()
        with gerald.started("actors.llm.pin=process", *PATIENT) as instance:
            while len(took) < rounds:
                delays = [dice.uniform(0.0, EARLY) for _ in range(min(IN_A_ROW, rounds - len(took)))]
                took += _kill_while_starting(instance, delays)
                print(f"{len(took)} kills, and it runs again", flush=True)
            step(f"its start was seen after {median(took):.2f} s (median), {max(took):.2f} s (most)", True)
            step("it answers after them", bool(gerald.run("talk", "Hello").strip()))
        step("it stops in order after them", "state saved" in printed(instance), instance.printed())


def _kill_while_starting(instance: DemoInstance, delays: Sequence[float]) -> list[float]:
    """Kill the process of `llm`, then each successor so many seconds into its start, and wait until one runs.

    Returns the seconds after each death until the next start."""
    row = _model(instance)
    dying = psutil.Process(row["pid"])
    root = dying.parent()
    assert root is not None
    others = {child.pid for child in root.children()} - {dying.pid}
    took = []
    for delay in delays:
        died = time.monotonic()
        _kill(dying.pid)
        others.add(dying.pid)
        dying = _wait_for("its successor starts", partial(_newest, root, frozenset(others)))
        took.append(time.monotonic() - died)
        time.sleep(delay)
    _kill(dying.pid)
    _wait_for("it runs again", lambda: _runs(_model(instance), row["incarnation"] + len(delays)))
    return took


def _kill(pid: int) -> None:
    """At once, as a crash would."""
    # Not by psutil, which first compares the time of the start: that is not the same twice under Wine.
    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))  # Windows ends a process by either


def _newest(root: psutil.Process, others: Set[int]) -> psutil.Process | None:
    return next((child for child in root.children() if child.pid not in others), None)


def _model(instance: DemoInstance) -> Mapping[str, Any]:
    (row,) = (row for row in instance.call({"do": "status"})["actors"] if row["address"] == "llm")
    assert isinstance(row, Mapping)
    return row


def _runs(row: Mapping[str, Any], after: int) -> bool:
    return row["incarnation"] > after and row["state"] == "running" and row["health"] != "STARTING"


def _wait_for(what: str, look: Callable[[], T | None]) -> T:
    """What `look` finds, as soon as that is something. Raises Failed."""
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.005)
    raise Failed(f"{what}: not within {WITHIN:g} s")


# --- from one system to another -------------------------------------------------------------------------


def write(folder: Path) -> None:
    """Leave a home in which somebody talked, and the sums of what another system has to read in it."""
    gerald = Gerald(folder / "home", folder / "key")
    gerald.home.mkdir(parents=True)
    gerald.run("secrets", "init")
    gerald.run("secrets", "set", "llm.api_key", "--stdin", given=SECRET)
    with gerald.started("storage.encrypt=true") as instance:
        for words in ("My favourite colour is violet", "I have a dog called Bello", "Grüße, 你好"):
            gerald.run("talk", words, "--as", "Anna")
    step("it stops in order", "state saved" in printed(instance), instance.printed())
    gerald.run("backup", "--encrypt", "--to", str(folder / "backups"))
    (folder / EXPECTED).write_text(json.dumps(found_in(gerald)), "utf-8")
    step("a home is left", True)


def read(folder: Path) -> None:
    """Read what `write` left, which may have run on another system."""
    expected = json.loads((folder / EXPECTED).read_text("utf-8"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        home, key = Path(scratch) / "home", Path(scratch) / "key"
        shutil.copytree(folder / "home", home)
        shutil.copy(folder / "key", key)
        key.chmod(0o600)  # whoever brings it from Windows has to say so: it had no mode there
        gerald = Gerald(home, key)
        for name, found in found_in(gerald).items():
            step(f"{name}: as it was written", found == expected[name], (found, expected[name]))
        step("its trace is whole", not gerald.json("trace", "check").get("damage"))
        step("its trace is replayed: identical", gerald.json("replay")["identical"])
        (backup,) = (folder / "backups").glob("*.backup")
        shutil.rmtree(gerald.home / "data" / "state.lmdb")
        shutil.rmtree(gerald.home / "data" / "state")
        gerald.run("restore", str(backup), "--yes")
        restored = found_in(gerald)
        step("its backup is restored", restored == expected, (restored, expected))
        with gerald.started("storage.encrypt=true"):
            step("it goes on there", "violet" in gerald.run("users", "show", "anna"))


def found_in(gerald: Gerald) -> Mapping[str, str]:
    """The secret, and what the states hold, by domain: their sums."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "exported.json"
        gerald.run("state", "export", "--to", str(file))
        domains = json.loads(file.read_text("utf-8"))["domains"]
    states = {name: json.dumps(domain["state"], sort_keys=True) for name, domain in domains.items()}
    found = {"the secret": gerald.run("secrets", "get", "llm.api_key").strip(), **states}
    return {name: sha256(text.encode()).hexdigest() for name, text in found.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
