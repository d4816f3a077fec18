"""The actor that follows VRChat's output log: the only place where the game says who is near and where one is."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from actors.kernel.actor import Actor, handles
from actors.kernel.protocol.lifecycle import Health
from actors.osc.messages import OSC_GAME, GameRuns
from actors.vocabulary.game_folder import own_folder, usual_places
from actors.world.internal import LogTick
from actors.world.logfile import LogOwners, Tail, newest
from actors.world.logline import RoomLeft, parse
from actors.world.messages import WORLD
from actors.world.roster import Roster, announcements, apply_event, elsewhere
from config.files import located
from config.schema import VRChat

EVERY = 1.0
CATCHING_UP = 0.01
# Seconds without any line after which the game is taken to be gone: one that crashed does not say so.
FORGOTTEN = 6 * 3600.0
# Seconds without any line after which one cannot say that the game still runs.
RUNS = 900.0


class WorldLog(Actor):
    """Reads VRChat's log; of its past it tells only who is still here. Without a log nobody is known: no fault."""

    def __init__(self, vrchat: VRChat, home: Path) -> None:
        self._account = vrchat.username or ""
        self._given = vrchat.log_directory is not None
        if vrchat.log_directory is not None:
            self._folders: tuple[Path, ...] = (located(home, vrchat.log_directory),)
        else:
            self._folders = usual_places(sys.platform, os.environ, own_folder())
        self._signed_in = LogOwners()
        self._tail: Tail | None = None
        self._roster = Roster()
        self._told: Roster | None = None
        self._closed = False
        self._runs = False
        self._health: tuple[Health, str, str] | None = None

    def on_start(self) -> None:
        self.after(0.0, LogTick())

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """Nothing of the section that changes without a restart is used here."""
        return True

    @handles
    def on_tick(self, _: LogTick) -> None:
        try:
            more = self._follow()
        except OSError as error:
            more = False
            self._say(
                Health.DEGRADED,
                f"VRChat's log cannot be read: {error.filename or self._folders[0]}: {error.strerror or error}",
                "let this user read the folder, or set vrchat.log_directory to the right one",
            )
        self.after(CATCHING_UP if more else EVERY, LogTick())

    def _follow(self) -> bool:
        """Read on; whether there is more to read at once. Raises OSError."""
        path = next(
            filter(None, (newest(each, self._account, self._signed_in) for each in self._folders)), None
        )
        if path is None:
            self._lost()
            return False
        if self._tail is None or self._tail.path != path:
            self._tail = Tail(path)
            self._roster = elsewhere(self._roster)
            self._closed = False
        restarts = self._tail.restarts
        lines, more = self._tail.read()
        if self._tail.restarts != restarts:
            self._roster = elsewhere(self._roster)
        for event in [event for line in lines if (event := parse(line)) is not None]:
            self._roster = apply_event(self._roster, event)
            self._closed = isinstance(event, RoomLeft) and event.closed
        if not more:
            silent = self.wall() - self._tail.written_at
            gone = silent > FORGOTTEN
            self._tell_game(not self._closed and silent <= RUNS)
            self._tell(elsewhere(self._roster) if gone else self._roster)
            self._say(Health.OK)
        return more

    def _tell_game(self, runs: bool) -> None:
        if runs != self._runs:
            self._runs = runs
            self.tell(OSC_GAME, GameRuns(runs))

    def _lost(self) -> None:
        self._tail = None
        self._tell_game(False)
        self._roster = Roster(self._roster.visit + 1)
        if self._told is None or self._told.people or self._told.world_id or self._told.world_name:
            self._tell(self._roster)
        usual = f"any usual place of {sys.platform}"
        where = str(self._folders[0]) if self._given and self._folders else usual
        folder = (
            "correct vrchat.log_directory" if self._given else "set vrchat.log_directory to the log's folder"
        )
        self._say(
            Health.OK,
            f"VRChat's log was not found in {where}: who is here stays unknown",
            f"start VRChat on this machine with logging on, or {folder}",
        )

    def _tell(self, roster: Roster) -> None:
        for message in announcements(self._told, roster, self.wall(), self._account):
            self.tell(WORLD, message)
        self._told = roster

    def _say(self, health: Health, reason: str = "", remedy: str = "") -> None:
        if self._health != (health, reason, remedy):
            self._health = (health, reason, remedy)
            self.health(health, reason, remedy)
