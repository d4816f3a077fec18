"""What the body does just now: at most one act for each of its parts, each with an end."""

from typing import Protocol

import msgspec

from actors.avatar.messages import AVATAR, GestureRequested, StopGesture
from actors.behaviour.internal import ActOver, StepDue
from actors.behaviour.plans import Order, Part, Plan
from actors.kernel.message import Message
from actors.osc.messages import OSC_SENDER
from actors.vocabulary.type_names import durable

GRACE = 3.0
"""Seconds for which an act may outlast the turn that it belongs to: a wave that has begun is seen."""


class Owner(Protocol):
    """See Actor for the promises."""

    def tell(self, to: str, message: Message, *, notify: bool = False) -> str: ...
    def after(self, seconds: float, message: Message) -> int: ...
    def now(self) -> float: ...


@durable("behaviour.RunningAct")
class RunningAct(msgspec.Struct, frozen=True):
    """turn: to which it belongs, 0 for none. why: for people. ends_at: monotonic seconds."""

    number: int
    plan: Plan
    turn: int
    why: str
    ends_at: float


@durable("behaviour.Acting")
class Acting:
    """Belongs to one actor, for which it speaks to the body's rooms."""

    def __init__(self) -> None:
        self.running: dict[Part, RunningAct] = {}
        self._number = 0

    def begin(self, owner: Owner, plan: Plan, turn: int, why: str) -> None:
        """Begin an act; the one before it of the same part ends."""
        self._end(owner, self.running.get(plan.part))
        self._number += 1
        self.running[plan.part] = RunningAct(self._number, plan, turn, why, owner.now() + plan.lasts)
        for step, (at, _) in enumerate(plan.orders):
            if at > 0.0:
                owner.after(at, StepDue(self._number, step))
            else:
                self._send(owner, plan.orders[step][1])
        owner.after(plan.lasts, ActOver(self._number))

    def step(self, owner: Owner, due: StepDue) -> None:
        """Send the next order of an act that is still under way."""
        act = self._numbered(due.number)
        if act is not None:
            self._send(owner, act.plan.orders[due.step][1])

    def over(self, owner: Owner, number: int) -> None:
        """The time of an act is up."""
        act = self._numbered(number)
        if act is not None and owner.now() >= act.ends_at - 0.001:
            self._end(owner, act)

    def cancel(self, owner: Owner, turn: int) -> None:
        """All acts of this turn and of those before it end at once."""
        for act in tuple(self.running.values()):
            if 0 < act.turn <= turn:
                self._end(owner, act)

    def wind_up(self, owner: Owner, turn: int) -> None:
        """Turn `turn` is over: what belongs to it ends soon."""
        for part, act in tuple(self.running.items()):
            if 0 < act.turn <= turn and act.ends_at > owner.now() + GRACE:
                self.running[part] = msgspec.structs.replace(act, ends_at=owner.now() + GRACE)
                owner.after(GRACE, ActOver(act.number))

    def stop(self, owner: Owner) -> tuple[str, ...]:
        """Everything ends; the names of what did."""
        acts = tuple(self.running.values())
        for act in acts:
            self._end(owner, act)
        return tuple(act.plan.act for act in acts)

    def _numbered(self, number: int) -> RunningAct | None:
        return next((act for act in self.running.values() if act.number == number), None)

    def _end(self, owner: Owner, act: RunningAct | None) -> None:
        if act is not None:
            del self.running[act.plan.part]
            for order in act.plan.undo:
                self._send(owner, order)

    def _send(self, owner: Owner, order: Order) -> None:
        to = AVATAR if isinstance(order, GestureRequested | StopGesture) else OSC_SENDER
        owner.tell(to, order)
