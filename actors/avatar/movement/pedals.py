"""What is pressed: the axes of walking and turning, by short leases that are renewed while they are wanted."""

from typing import Protocol

from actors.avatar.messages import AVATAR, Steered
from actors.avatar.movement.steering import Drive
from actors.kernel.message import Message
from actors.osc.messages import OSC_SENDER, SetInput
from actors.vocabulary.type_names import durable

LEASE = 0.5
"""Seconds after which an axis returns to zero by itself, whatever becomes of this actor."""

RENEW = 0.2
CHANGED = 0.03  # of a deflection, from which on it is sent at once
# VRChat tells changes only: what is pressed a little differently again and again is told again, if it got lost.
DITHER = 0.97
REPEATS = 1.0  # seconds for which it is said again that an axis is at zero: a datagram may get lost
AXES = ("Vertical", "LookHorizontal")


class Owner(Protocol):
    """See Actor for the promises."""

    def tell(self, to: str, message: Message, *, notify: bool = False) -> str: ...
    def now(self) -> float: ...


@durable("avatar.Pedals")
class Pedals:
    """Belongs to one actor, which speaks to `osc.sender` through it, and tells the avatar what is pressed."""

    def __init__(self) -> None:
        self._pressed: dict[str, tuple[float, float]] = {}  # by axis: the deflection, and when it was sent
        self._let_go: dict[str, tuple[float, float]] = {}  # by axis: when, and when it was said last
        self._soft: set[str] = set()
        self._told = Steered(False, False)

    def press(self, owner: Owner, drive: Drive) -> None:
        """These deflections from now on; what is renewed too late ends by itself."""
        before = self._told
        for axis, wanted in zip(AXES, (drive.forward, drive.turn), strict=True):
            self._hold(owner, axis, wanted)
        if self._steered() != before:
            self._announce(owner)

    def release(self, owner: Owner) -> None:
        """Both axes to zero, whether they are known to be pressed or not."""
        self._pressed.clear()
        for axis in AXES:
            self._zero(owner, axis, owner.now())
        self._announce(owner)

    def forget(self) -> None:
        """The axes belong to somebody else now: it is not said again that they are at zero."""
        self._let_go.clear()

    def _hold(self, owner: Owner, axis: str, wanted: float) -> None:
        value, at = self._pressed.get(axis, (0.0, 0.0))
        now = owner.now()
        if not wanted:
            since, last = self._let_go.get(axis, (-REPEATS, now))
            if self._pressed.pop(axis, None):
                self._zero(owner, axis, now)
            elif now - since < REPEATS and now - last >= RENEW - 0.001:
                self._zero(owner, axis, since)
            return
        if not value or abs(wanted - value) > CHANGED or now - at >= RENEW - 0.001:
            self._soft ^= {axis}
            sent = round(wanted * DITHER if axis in self._soft else wanted, 3)
            self._pressed[axis] = (sent, now)
            self._let_go.pop(axis, None)
            owner.tell(OSC_SENDER, SetInput(axis, sent, LEASE))

    def _zero(self, owner: Owner, axis: str, since: float) -> None:
        self._let_go[axis] = (since, owner.now())
        owner.tell(OSC_SENDER, SetInput(axis, 0.0, 0.0))

    def _announce(self, owner: Owner) -> None:
        self._told = self._steered()
        owner.tell(AVATAR, self._told)

    def _steered(self) -> Steered:
        turn = self._pressed.get("LookHorizontal", (0.0, 0.0))[0]
        return Steered("Vertical" in self._pressed, bool(turn), turn)
