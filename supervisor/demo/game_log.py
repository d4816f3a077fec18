"""A stand-in for VRChat's output log: a file that says where the game is and who comes and goes."""

import time
from pathlib import Path

from actors.vocabulary.values import Person


class GameLog:
    """A game that runs: `own` has signed in and is alone in `world`. folder: for `vrchat.log_directory`."""

    def __init__(self, folder: Path, own: Person, world: str) -> None:
        """Begin a new log. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._path = folder / time.strftime("output_log_%Y-%m-%d_%H-%M-%S.txt")
        self._write(f"User Authenticated: {_who(own)}")
        self._write(f"[Behaviour] Entering Room: {world}")
        self._write("[Behaviour] Joining wrld_00000000-0000-4000-8000-000000000001:1")
        self.joined(own)

    def joined(self, person: Person) -> None:
        """`person` comes in."""
        self._write(f"[Behaviour] OnPlayerJoined {_who(person)}")

    def left(self, person: Person) -> None:
        """`person` goes."""
        self._write(f"[Behaviour] OnPlayerLeft {_who(person)}")

    def closed(self) -> None:
        """The game ends."""
        self._write("VRCApplication: HandleApplicationQuit at 1.0")

    def _write(self, text: str) -> None:
        stamp = time.strftime("%Y.%m.%d %H:%M:%S")
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{stamp} Log        -  {text}\n")


def _who(person: Person) -> str:
    return f"{person.name} ({person.user_id})"
