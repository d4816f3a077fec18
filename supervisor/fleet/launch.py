"""One home of a fleet as processes: its launcher is started apart from this command, and found again by later ones."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec
import psutil

from config.files import replace_file
from supervisor.control.client import call
from supervisor.control.wire import RequestRefused
from supervisor.fleet.fleet import Member, ServiceMember
from supervisor.instance import NoInstance
from supervisor.services.place import connect

LOOK_EVERY = 0.2
ASK_WITHIN = 5.0
SHOWN_LINES = 3
"""Lines of its output that are shown of a home that did not start."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a start or a stop. took: seconds."""

    name: str
    well: bool
    said: str
    took: float = 0.0


class Launched(msgspec.Struct, frozen=True):
    """The launcher that a fleet started for a home; `created` tells it from a later process with its number."""

    pid: int
    created: float


def launched_file(home: Path) -> Path:
    return home / "data" / "fleet.json"


def output_file(home: Path) -> Path:
    return home / "data" / "logs" / "fleet.out"


def find_launcher(home: Path) -> psutil.Process | None:
    """The launcher that a fleet started and that still runs."""
    with contextlib.suppress(OSError, msgspec.DecodeError, psutil.Error):
        known = msgspec.json.decode(launched_file(home).read_bytes(), type=Launched)
        process = psutil.Process(known.pid)
        if abs(process.create_time() - known.created) < 1.0 and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def status(home: Path, request: str = "status") -> Mapping[str, Any] | None:
    """What its instance answers; None where none runs, or it does not answer."""
    with contextlib.suppress(NoInstance, RequestRefused, OSError):
        return call(home, {"do": request}, timeout=ASK_WITHIN)
    return None


class Launchable(Protocol):
    """A home or a service of a fleet. arguments: what `supervisor` is given to run it."""

    @property
    def name(self) -> str: ...
    @property
    def home(self) -> Path: ...
    @property
    def arguments(self) -> tuple[str, ...]: ...


def start_service(service: ServiceMember, within: float, given_up: threading.Event) -> Outcome:
    """Start a service unless it runs, and wait until homes can reach it."""
    begun = time.monotonic()

    def ended(well: bool, said: str) -> Outcome:
        return Outcome(service.name, well, said, time.monotonic() - begun)

    try:
        service.home.mkdir(parents=True, exist_ok=True)
        process = _spawn(service) if find_launcher(service.home) is None else None
    except OSError as error:
        return ended(False, f"cannot be started: {error}")
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if process is not None and (code := process.poll()) is not None:
            return ended(False, f"ended with status {code}: {last_lines(service.home)}")
        with contextlib.suppress(OSError):
            connect(service.published).close()
            return ended(True, "serves" if process is not None else "serves already")
        if given_up.wait(LOOK_EVERY):
            return ended(False, "was not waited for")
    return ended(False, f"does not serve after {within:g} s: {last_lines(service.home)}")


def stop_service(service: ServiceMember, within: float) -> Outcome:
    """Stop a service; homes that still run start its actors anew when it comes back."""
    begun = time.monotonic()
    launcher = find_launcher(service.home)
    if launcher is None:
        return Outcome(service.name, True, "does not run")
    with contextlib.suppress(psutil.Error):
        launcher.terminate()
    well = _is_gone(launcher, within)
    said = "stopped" if well else f"process {launcher.pid} is still there after {within:g} s"
    return Outcome(service.name, well, said, time.monotonic() - begun)


def start(member: Member, within: float, given_up: threading.Event) -> Outcome:
    """Start it unless it runs, and wait until it is ready. Never raises for what is wrong with the home."""
    begun = time.monotonic()

    def ended(well: bool, said: str) -> Outcome:
        return Outcome(member.name, well, said, time.monotonic() - begun)

    try:
        launcher = find_launcher(member.home)
        found = status(member.home)
        if found is not None and found.get("ready"):
            return ended(True, f"runs already (process {found['pid']})")
        process = _spawn(member) if launcher is None and found is None else None
    except OSError as error:
        return ended(False, f"cannot be started: {error}")
    return _await_ready(member, process, within, given_up, ended)


def _await_ready(
    member: Member,
    process: "subprocess.Popen[bytes] | None",
    within: float,
    given_up: threading.Event,
    ended: Callable[[bool, str], Outcome],
) -> Outcome:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if process is not None and (code := process.poll()) is not None:
            return ended(False, f"ended with status {code}: {last_lines(member.home)}")
        found = status(member.home)
        if found is not None and found.get("ready"):
            return ended(True, f"ready (process {found['pid']})")
        if given_up.wait(LOOK_EVERY):
            return ended(False, "was not waited for")
    return ended(False, f"is not ready after {within:g} s: {last_lines(member.home)}")


def _spawn(member: Launchable) -> "subprocess.Popen[bytes]":
    """Raises OSError."""
    if not member.home.is_dir():
        raise FileNotFoundError(f"the folder {member.home} does not exist")
    output = output_file(member.home)
    output.parent.mkdir(parents=True, exist_ok=True)
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    # Private: it holds what the terminal would show.
    with open(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
        process = subprocess.Popen(
            (sys.executable, "-m", "supervisor.launcher", *member.arguments),
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            env={name: value for name, value in os.environ.items() if name != "GERALD_HOME"},
            **apart,
        )
    created = time.time()
    with contextlib.suppress(psutil.Error):
        created = psutil.Process(process.pid).create_time()
    known = json.dumps({"pid": process.pid, "created": created}).encode()
    replace_file(launched_file(member.home), (known,), durable=False)
    return process


def stop(member: Member, within: float) -> Outcome:
    """Stop it in order and wait until its processes are gone. Whoever is between two starts is stopped too."""
    begun = time.monotonic()

    def ended(well: bool, said: str) -> Outcome:
        return Outcome(member.name, well, said, time.monotonic() - begun)

    launcher = find_launcher(member.home)
    try:
        told = call(member.home, {"do": "stop", "wait": True}, timeout=within)
    except NoInstance:
        if launcher is None:
            return ended(True, "does not run")
        told = {}
        with contextlib.suppress(psutil.Error):
            launcher.terminate()
    except (RequestRefused, OSError) as error:
        return ended(False, f"cannot be stopped: {error}")
    if launcher is not None and not _is_gone(launcher, within):
        return ended(False, f"was told to stop, and process {launcher.pid} is still there after {within:g} s")
    with contextlib.suppress(OSError):
        launched_file(member.home).unlink(missing_ok=True)
    if told and not told.get("saved"):
        return ended(False, f"stopped, {told.get('said') or 'whether its state was saved is not known'}")
    return ended(True, f"stopped, {told['said']}" if told.get("said") else "stopped")


def _is_gone(process: psutil.Process, within: float) -> bool:
    try:
        process.wait(within)
    except psutil.TimeoutExpired:
        return False
    except psutil.Error:
        pass
    return True


def last_lines(home: Path) -> str:
    """The end of what it printed, on one line."""
    try:
        lines = output_file(home).read_text(errors="replace").splitlines()
    except OSError as error:
        return f"it has printed nothing ({error.strerror or error})"
    return (
        " | ".join(line.strip() for line in lines[-SHOWN_LINES:] if line.strip()) or "it has printed nothing"
    )
