"""The root's end of the line to its launcher: what the launcher must know to let the avatar rest and to start again."""

import contextlib
import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Client
from typing import Any

from supervisor.launcher.launcher import VARIABLE

BEAT = 1.0


class LauncherLink:
    """Held for as long as the root runs. on_stop: called when the launcher asks for a stop, or is gone: a root without
    its launcher ends. pid, address: the launcher's. restarts: how many roots there were before this one."""

    def __init__(self, told: str, on_stop: Callable[[], None]) -> None:
        """Raises OSError when the launcher is gone."""
        family, self.address, key, pid, restarts = told.split("|")
        self.pid, self.restarts = int(pid), int(restarts)
        self._line = Client(self.address, family, authkey=bytes.fromhex(key))
        self._writing = threading.Lock()
        self._on_stop = on_stop
        threading.Thread(target=self._listen, name="launcher", daemon=True).start()
        threading.Thread(target=self._beat, name="launcher beat", daemon=True).start()

    @classmethod
    def found(cls, on_stop: Callable[[], None]) -> "LauncherLink | None":
        """The link that the environment names; None without a launcher."""
        told = os.environ.pop(VARIABLE, "")
        return cls(told, on_stop) if told else None

    def tell(self, what: Mapping[str, Any]) -> None:
        """Tell the launcher something; nothing happens when it is gone."""
        with contextlib.suppress(OSError, ValueError), self._writing:
            self._line.send_bytes(json.dumps(what).encode())

    def hand_over(
        self, rest: Sequence[bytes], rest_at: tuple[str, int], leaves: str, restart: Mapping[str, Any]
    ) -> None:
        """What to send to VRChat, and what to remove, should this process die; and how to start it again."""
        datagrams = [data.hex() for data in rest]
        self.tell({"rest": datagrams, "rest_at": rest_at, "leaves": [leaves], "restart": dict(restart)})

    def say_goodbye(self) -> None:
        """The end that follows is intended."""
        self.tell({"goodbye": True})

    def _listen(self) -> None:
        try:
            while self._line.recv_bytes(64) != b"stop":
                pass
        except (EOFError, OSError, ValueError):  # the launcher is gone, and removes nothing any more
            with contextlib.suppress(OSError):
                os.unlink(self.address)
                os.rmdir(os.path.dirname(self.address))
        self._on_stop()

    def _beat(self) -> None:
        """Show life for as long as the main thread has it: a process without it looks after nothing any more."""
        gate = threading.Event()
        while threading.main_thread().is_alive():
            self.tell({})
            gate.wait(BEAT)
