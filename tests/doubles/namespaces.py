"""Machines with addresses of their own: network namespaces of Linux, made and torn down by a test."""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

PATIENCE = 30.0
_numbers = itertools.count()


def why_not() -> str:
    """Why none can be made here; "" if they can."""
    if sys.platform != "linux":
        return "network namespaces are of Linux"
    if shutil.which("ip") is None:
        return "there is no `ip` (iproute2)"
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    name = f"gerald-try-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if made.returncode:
        return f"network namespaces are not permitted: {made.stderr.strip()}"
    try:
        _run("ip", "link", "add", f"gt{os.getpid()}", "type", "veth", "peer", "name", "eth0", "netns", name)
    except subprocess.CalledProcessError as error:
        return f"virtual network devices are not permitted: {error.stderr.strip()}"
    finally:
        _run("ip", "netns", "del", name)
    return ""


class Machine:
    """A namespace that is joined with this one by a cable. near, far: the addresses at its two ends."""

    def __init__(self) -> None:
        number = next(_numbers)
        self.name = f"gerald-{os.getpid()}-{number}"
        self._plug = f"g{os.getpid()}n{number}"
        net = f"10.{200 + os.getpid() % 50}.{(os.getpid() // 50 * 7 + number) % 256}"
        self.near, self.far = f"{net}.1", f"{net}.2"
        _run("ip", "netns", "add", self.name)
        _run("ip", "link", "add", self._plug, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        _run("ip", "address", "add", f"{self.near}/24", "dev", self._plug)
        _run("ip", "link", "set", self._plug, "up")
        self._inside("ip", "address", "add", f"{self.far}/24", "dev", "eth0")
        self._inside("ip", "link", "set", "eth0", "up")
        self._inside("ip", "link", "set", "lo", "up")

    def start(self, command: Sequence[str | Path], cwd: Path) -> "subprocess.Popen[bytes]":
        """A process on it."""
        return subprocess.Popen(["ip", "netns", "exec", self.name, *command], stdin=subprocess.PIPE, cwd=cwd)

    def unplug(self) -> None:
        """Nothing passes any more, and neither end is told."""
        self._inside("ip", "link", "set", "eth0", "down")

    def plug_in(self) -> None:
        self._inside("ip", "link", "set", "eth0", "up")

    def close(self) -> None:
        with suppress(subprocess.CalledProcessError):
            _run("ip", "netns", "del", self.name)

    def _inside(self, *command: str) -> None:
        _run("ip", "netns", "exec", self.name, *command)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)
