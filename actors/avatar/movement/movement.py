"""The movement's actor: turns and walks the body to where it is asked to go, and lets go of every input at the end."""

from collections.abc import Mapping
from typing import Any

from actors.avatar.internal import WalkOn
from actors.avatar.messages import (
    AVATAR,
    BodyMoved,
    GoTo,
    MovementEnded,
    SeenAt,
    StopMoving,
    TurnTo,
    WalkAhead,
    WalkWay,
    WatchBody,
)
from actors.avatar.movement import errand as errands
from actors.avatar.movement.errand import Ended, Errand, Order
from actors.avatar.movement.pedals import Pedals
from actors.avatar.movement.steering import Drive, is_moving
from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.protocol.lifecycle import Health
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Vector3
from actors.world.messages import WORLD, FindOtherWay, WatchSight, Way
from config.schema import Behaviour
from config.schema import Movement as Settings

EVERY = 0.1
"""Seconds from one look at the body to the next."""

WATCH = 2.0  # seconds for which the avatar and the world are asked to tell; renewed twice as often
SETTLES = 2.0  # seconds after the end for which inputs are let go of again while the body still moves
AGAIN = 0.3
ANSWER_WITHIN = 2.0  # seconds for the world to find another way


@durable("avatar.Movement")
class Movement(Actor):
    """At `avatar.movement`. Takes orders, one at a time, and tells who gave it how each has ended.

    Promises: nothing stays pressed for longer than half a second without a further look at the body, and nothing
    towards somebody who has not been seen for behaviour.movement.lease. It holds inputs through `osc.sender` only."""

    deterministic = True

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._errand: Errand | None = None
        self._body = BodyMoved(Vector3(), 0.0, Vector3(), 0.0, 0.0, known=False)
        self._pedals = Pedals()
        self._watched_at = self._released_at = self._settles_until = 0.0
        self._number = 0

    @property
    def _settings(self) -> Settings:
        return self._behaviour.movement

    def on_start(self) -> None:
        if self.context.incarnation > 1:
            # What an incarnation before this one pressed ends by itself, but sooner so.
            self._pedals.release(self)

    def on_stop(self) -> None:
        if self._errand is not None:
            self._pedals.release(self)

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """What goes on ends: it might not be allowed any more."""
        self._behaviour = sections["behaviour"]
        self._end(Ended("stopped", "the configuration has changed"))
        return True

    # -- orders

    @handles
    def on_turn_to(self, message: TurnTo) -> None:
        self._begin(message)

    @handles
    def on_walk_ahead(self, message: WalkAhead) -> None:
        self._begin(message)

    @handles
    def on_walk_way(self, message: WalkWay) -> None:
        self._begin(message)

    @handles
    def on_go_to(self, message: GoTo) -> None:
        self._begin(message)

    @handles
    def on_stop_moving(self, message: StopMoving) -> None:
        if self._errand is not None and message.ticket in (0, self._errand.order.ticket):
            self._end(Ended("stopped", "it was told to stop"))
            if message.ticket:
                # The axes belong to whatever the behaviour does in place of it.
                self._pedals.forget()
                self._settles_until = 0.0

    def _begin(self, order: Order) -> None:
        self._end(Ended("stopped", "there is something else to do"))
        if not self._settings.enabled:
            self.tell(
                self.sender(), MovementEnded(order.ticket, "refused", "behaviour.movement.enabled is false")
            )
            return
        self._number += 1
        self._errand = errands.begun(self._number, self.sender(), order, self.now())
        self._watch()
        self.after(EVERY, WalkOn(self._number))

    def _end(self, ended: Ended) -> None:
        errand, self._errand = self._errand, None
        if errand is None:
            return
        self._pedals.release(self)
        self._released_at, self._settles_until = self.now(), self.now() + SETTLES
        self.tell(errand.asker, MovementEnded(errand.order.ticket, ended.outcome, ended.why))
        why = f": {ended.why}" if ended.why else ""
        self.health(Health.OK, f"last: {ended.outcome}{why}")

    # -- what is felt and seen

    @handles
    def on_body(self, message: BodyMoved) -> None:
        self._body = message
        if self._errand is not None:
            self._become(errands.felt(self._errand, message, self.now()))

    @handles
    def on_seen(self, message: SeenAt) -> None:
        age = self.wall() - message.at
        if self._errand is not None and 0.0 <= age < self._settings.lease:
            at, settings = self.now() - age, self._settings
            self._errand = errands.seen(self._errand, message, self._body, settings, at)

    # -- time

    @handles
    def on_walk_on(self, message: WalkOn) -> None:
        if message.number != self._number:
            return
        if self._errand is not None:
            detours = self._errand.detours
            self._become(errands.proceeded(self._errand, self._body, self._settings, self.now()))
            self._seek_other_way(detours)
        if self._errand is not None:
            self._pedals.press(self, self._errand.drive)
        elif self.now() < self._settles_until:
            self._settle()
        else:
            return
        self._watch()
        self.after(EVERY, message)

    def _seek_other_way(self, detours: int) -> None:
        """Where a step aside did not help the world may know another way."""
        errand = self._errand
        if errand is None or errand.detours == detours or errand.detours == 1 or errand.aim is None:
            return
        if isinstance(errand.order, WalkWay):
            blocked = FindOtherWay(errand.aim.points)
            self.ask(WORLD, blocked, then="on_other_way", context=errand.number, within=ANSWER_WITHIN)

    def on_other_way(self, answer: Reply | AskFailed) -> None:
        found = answer.message if isinstance(answer, Reply) else None
        if self._errand is not None and answer.context == self._number and isinstance(found, Way):
            self._errand = errands.otherwise(self._errand, found.points)

    def _become(self, now: Errand | Ended) -> None:
        if isinstance(now, Ended):
            self._end(now)
        else:
            self._errand = now

    def _settle(self) -> None:
        """The datagram that let go of an axis may have got lost."""
        self._pedals.press(self, Drive())
        if is_moving(self._body) and self.now() - self._released_at > AGAIN:
            self._released_at = self.now()
            self._pedals.release(self)

    def _watch(self) -> None:
        if self.now() - self._watched_at < WATCH / 2:
            return
        self._watched_at = self.now()
        self.tell(AVATAR, WatchBody(WATCH))
        if self._errand is not None and isinstance(self._errand.order, GoTo):
            self.tell(WORLD, WatchSight(self._errand.order.target, WATCH))
