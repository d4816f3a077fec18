"""Whether anything of the game arrives, as far as one can know: it may just stand still; pure."""

import msgspec

from actors.kernel.protocol.lifecycle import Health

PATIENCE = 60.0
"""Seconds without anything before it is said."""
SENT = 5
"""Steps, turns and writes in a row without an answer, which are no chance."""
Said = tuple[Health, str, str]
_SWITCH = "in VRChat: Action Menu > Options > OSC > Enabled; if it is on, OSC > Reset Config"
_PORTS = (
    "let UDP through the firewall, and write the ports of --osc, if VRChat has any, to osc.input_port and "
    "osc.output_port"
)


class Contact(msgspec.Struct, frozen=True):
    """since: when this was begun, or the game (monotonic seconds). heard: datagrams so far; heard_at: None for none.

    log: its log says that it runs. query: the name by which OSCQuery finds it. answerable: what was sent until it was
    heard last, and unanswered: what since."""

    since: float
    log: bool = False
    query: str = ""
    heard: int = 0
    heard_at: float | None = None
    answerable: int = 0
    unanswered: int = 0

    def hears(self, count: int, now: float) -> "Contact":
        """The receiver has counted so many datagrams in all. Fewer than before: another receiver counts."""
        if count == self.heard:
            return self
        came = count > self.heard or count > 0
        return msgspec.structs.replace(
            self,
            heard=count,
            heard_at=now if came else self.heard_at,
            answerable=self.answerable + self.unanswered if came else self.answerable,
            unanswered=0 if came else self.unanswered,
        )

    def sent(self, count: int) -> "Contact":
        """The sender has sent so many messages that are answered; fewer than before: another sender counts."""
        base = self.answerable if count >= self.answerable else 0
        return msgspec.structs.replace(self, answerable=base, unanswered=count - base)

    def runs(self, on: bool, now: float) -> "Contact":
        """The log says whether the game runs."""
        changed = msgspec.structs.replace(self, log=on)
        return changed if on == self.log else msgspec.structs.replace(changed, since=now, heard_at=None)

    def finds(self, game: str, now: float) -> "Contact":
        """OSCQuery finds this game, or none any more."""
        changed = msgspec.structs.replace(self, query=game)
        return changed if game == self.query else msgspec.structs.replace(changed, since=now, heard_at=None)

    def said(self, now: float) -> Said | None:
        """What the owner is told; None while all is well, or nothing can be known."""
        silent = now - max(self.since, self.heard_at or self.since)
        if silent < PATIENCE or (self.heard_at is not None and self.unanswered < SENT):
            return None
        if self.query:
            return Health.DEGRADED, f"OSC is on in {self.query}, and nothing of it arrives", _PORTS
        if self.log:
            return Health.DEGRADED, "VRChat runs, as its log says, and nothing of it arrives by OSC", _SWITCH
        if self.unanswered < SENT:
            return None
        remedy = f"if VRChat runs on another machine, write it to osc.output_host; else {_SWITCH}"
        return Health.OK, f"VRChat has answered none of {self.unanswered} messages", remedy
