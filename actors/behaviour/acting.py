"""What the body does just now: at most one act for each of its parts, each with an end."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import msgspec

from actors.avatar.messages import AVATAR, MOVEMENT, GestureRequested, StopGesture, StopMoving
from actors.behaviour.internal import ActOver, StepDue
from actors.behaviour.plans import INPUTS, Order, Part, Plan, Values, plan_of, zeroed
from actors.kernel.message import Message
from actors.osc.messages import OSC_SENDER, SetInput, SetParameter
from actors.vocabulary.type_names import durable
from config.schema.acts import ACTS

GRACE = 3.0
"""Seconds for which an act may outlast the turn that it belongs to: a wave that has begun is seen."""


_ROOMS: Mapping[type[Message], str] = MappingProxyType(
    {GestureRequested: AVATAR, StopGesture: AVATAR, SetInput: OSC_SENDER, SetParameter: OSC_SENDER}
)


class Owner(Protocol):
    """See Actor for the promises."""

    def tell(self, to: str, message: Message, *, notify: bool = False) -> str: ...
    def after(self, seconds: float, message: Message) -> int: ...
    def now(self) -> float: ...


def let_go(owner: Owner, expressions: Mapping[str, Values], longest: float) -> None:
    """What an incarnation before this one had begun has no end any more: end all that there may be."""
    for name in INPUTS:
        owner.tell(OSC_SENDER, zeroed(name))
    owner.tell(AVATAR, StopGesture(0))
    owner.tell(MOVEMENT, StopMoving())
    for act in (*ACTS, *expressions):
        plan = plan_of(act, 0, expressions, longest)
        if plan is not None and plan.part == "face":
            for order in plan.undo:
                owner.tell(OSC_SENDER, order)


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
        """Turn `turn` is over: what belongs to it ends soon, and a walk belongs to none any more."""
        for part, act in tuple(self.running.items()):
            if act.plan.ticket and act.turn <= turn:
                self.running[part] = msgspec.structs.replace(act, turn=0)
            elif 0 < act.turn <= turn and act.ends_at > owner.now() + GRACE:
                self.running[part] = msgspec.structs.replace(act, ends_at=owner.now() + GRACE)
                owner.after(GRACE, ActOver(act.number))

    def arrived(self, ticket: int) -> str:
        """The movement of this ticket has ended by itself; the act that it was, "" if it is none any more."""
        act = next((act for act in self.running.values() if act.plan.ticket == ticket), None)
        if act is None:
            return ""
        del self.running[act.plan.part]
        return act.plan.act

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
        owner.tell(_ROOMS.get(type(order), MOVEMENT), order)
