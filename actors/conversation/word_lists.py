"""`conversation.lists`: reads the files of `safety.lists`, again whenever one changes, for the conversation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from actors.conversation.internal import GetLists, ListsRead, LookAtLists
from actors.conversation.messages import CONVERSATION
from actors.conversation.wording.rules import Rules, joined, parsed
from actors.kernel.actor import Actor, handles
from actors.kernel.protocol.lifecycle import Health
from config.files import NoHomeFolder, located, read_limited
from config.schema import Safety

EVERY = 2.0
LARGEST = 1 << 20
_NAMED = 3  # faults that are told; the rest are counted

Stamp = tuple[int, int, int]


class WordList(msgspec.Struct, frozen=True):
    """A file as it was read last. stamp: shows a change. faults: wrong lines. lost: why it cannot be read."""

    stamp: Stamp | None = None
    rules: Rules | None = None
    faults: tuple[str, ...] = ()
    lost: str = ""


class WordLists(Actor):
    """What cannot be read any more stays in force as it was read last."""

    def __init__(self, safety: Safety, home: Path) -> None:
        self._safety = safety
        self._home = home
        self._lists: dict[str, WordList] = {}
        self._told: ListsRead | None = None

    def on_start(self) -> None:
        self._look()
        self.after(EVERY, LookAtLists())

    def commit(self, sections: Mapping[str, Any]) -> bool:
        self._safety = sections.get("safety", self._safety)
        self._look()
        return True

    @handles
    def on_look(self, _: LookAtLists) -> None:
        self._look()
        self.after(EVERY, LookAtLists())

    @handles
    def on_get(self, _: GetLists) -> None:
        self._told = None
        self._look()

    def _look(self) -> None:
        names = tuple(self._safety.lists)
        before = self._lists
        self._lists = {name: _read(self._home, name, before.get(name, WordList())) for name in names}
        found = self._lists.values()
        rules = joined(one.rules for one in found if one.rules is not None)
        told = ListsRead(names, rules, all(one.rules is not None for one in found))
        if told != self._told:
            self._told = told
            self.tell(CONVERSATION, told)
        if before != self._lists:
            self._report()

    def _report(self) -> None:
        found = self._lists.values()
        wrong = [*(one.lost for one in found if one.lost), *(fault for one in found for fault in one.faults)]
        if not wrong:
            count = sum(len(one.rules.words) + len(one.rules.patterns) for one in found if one.rules)
            self.health(Health.OK, f"{count} words and patterns" if self._lists else "")
            return
        more = f"; and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        self.health(Health.DEGRADED, "; ".join(wrong[:_NAMED]) + more, self._remedy())

    def _remedy(self) -> str:
        """What holds until then, and what to do."""
        if all(one.rules is not None for one in self._lists.values()):
            return "all else of the lists is in force; correct the file and save it"
        if self._safety.strict:
            return "no reply is said until it can be read: make the file, or take it out of safety.lists"
        return "replies go on without its words: make the file, or take it out of safety.lists"


def _read(home: Path, name: str, before: WordList) -> WordList:
    """The file as it is now, or `before` where it did not change."""
    try:
        path = located(home, name)
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        if stamp == before.stamp and not before.lost:
            return before
        rules, faults = parsed(name, read_limited(path, LARGEST))
        return WordList(stamp, rules, faults)
    except NoHomeFolder as error:
        lost = str(error)
    except OSError as error:
        lost = f"{name}: {error.strerror or error}"
    return msgspec.structs.replace(before, stamp=None, lost=lost)
