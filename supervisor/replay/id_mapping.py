"""Maps recorded ids and messages to those of the replay, if these may differ."""

from collections.abc import Container

import msgspec

from actors.kernel.message import Message
from actors.kernel.record import Began, Handled
from supervisor.replay.compare import matched, sent
from supervisor.replay.incarnation import ReplayedIncarnation
from supervisor.trace.records import BeganLine, HandledLine


class IdMapping:
    """The replay's messages and ids that differ from the recorded ones, by id."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._messages: dict[str, Message | None] = {}

    def note(self, line: HandledLine | BeganLine, record: Handled | Began, replayed: Container[str]) -> None:
        """Note what a handler sent that differs from the record."""
        for then, now in matched(line.out, record.sent):
            if now is not None and now.id != then.id:
                self._ids[then.id] = now.id
            if then.to not in replayed:
                continue
            if now is None:
                self._messages[then.id] = None
            elif sent(now).digest != then.digest:
                self._messages[now.id] = now.message

    def knows(self, id: str) -> bool:
        """Whether the message `id` differs from the recorded one, or was not sent in the replay."""
        return id in self._messages

    def take(self, id: str) -> Message | None:
        """Remove and return that message; None if it was not sent."""
        return self._messages.pop(id)

    def new_id(self, id: str) -> str:
        """The replay's id for a recorded one."""
        return self._ids.get(id, id)

    def renumbered(self, line: HandledLine, replayed: ReplayedIncarnation) -> HandledLine:
        """The line with the replay's ids. A timer that fires takes the next number."""
        id = self.new_id(line.id)
        if id == line.id and not self.knows(id) and replayed.is_fired(line):
            new = replayed.next_id(int(id.rpartition("/")[2]))
            if new != id:
                self._ids[id] = id = new
        cause, answers = self.new_id(line.cause), self.new_id(line.answers)
        if (id, cause, answers) == (line.id, line.cause, line.answers):
            return line
        return msgspec.structs.replace(line, id=id, cause=cause, answers=answers)
