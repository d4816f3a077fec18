"""What the body is asked for, how far it has come, and what follows from what is felt and seen. Pure."""

import msgspec

from actors.avatar.messages import BodyMoved, GoTo, Outcome, SeenAt, TurnTo, WalkAhead, WalkWay
from actors.avatar.movement.progress import Progress, obstacle, went_on
from actors.avatar.movement.progress import begun as begun_progress
from actors.avatar.movement.steering import (
    REACHED,
    Aim,
    Drive,
    Gait,
    in_flight,
    is_moving,
    passed,
    seen_from,
    sidestep,
    steered,
)
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Vector3
from config.schema import Movement as Settings

FELT = 1.5  # seconds without word of the body after which it is not felt any more
CALMS = 1.2  # seconds after which a turn has ended, whatever is felt
GENTLE = (
    0.2  # of a deflection by which a turn gets faster from one look to the next: what gets lost is little
)
SETTLED = 0.5  # seconds for which it stands at its goal: what is felt is late

ASIDE = (1.2, -2.2)  # metres to the right of what is in the way, at the first try and at the second

Order = TurnTo | WalkAhead | WalkWay | GoTo


@durable("avatar.Errand")
class Errand(msgspec.Struct, frozen=True):
    """asker: who is told how it ends. aim: None until the body is felt and the target seen.

    Times are monotonic seconds. drive: what was pressed last. there_since: since when it stands at its goal.
    frame: of the aim's points. flight: degrees that were turned until `looked_at`, and are not felt yet.
    turned_at: when a turn was pressed last. sight_at: epoch seconds of the newest sight.
    detours: how often it has tried to get around something."""

    number: int
    asker: str
    order: Order
    began: float
    seen_at: float
    felt_at: float
    progress: Progress
    aim: Aim | None = None
    frame: float | None = None
    drive: Drive = Drive()
    there_since: float | None = None
    flight: float = 0.0
    turned_at: float = 0.0
    sight_at: float = 0.0
    looked_at: float = 0.0
    detours: int = 0


@durable("avatar.Ended")
class Ended(msgspec.Struct, frozen=True):
    """How an errand ended, as MovementEnded has it."""

    outcome: Outcome
    why: str = ""


def begun(number: int, asker: str, order: Order, now: float) -> Errand:
    """Nothing of it has been done at `now`."""
    return Errand(number, asker, order, now, now, now, begun_progress(now), looked_at=now)


def felt(errand: Errand, body: BodyMoved, now: float) -> Errand | Ended:
    """The body is there now. Where it is in other coordinates its goal means nothing."""
    errand = msgspec.structs.replace(errand, felt_at=now)
    if errand.aim is None and not isinstance(errand.order, GoTo):
        errand = msgspec.structs.replace(errand, aim=_aim(errand.order, body))
    if body.known and errand.aim is not None:
        if errand.frame is not None and errand.frame != body.frame:
            return Ended("lost", "the body is somewhere else")
        errand = msgspec.structs.replace(errand, frame=body.frame)
    return errand


def seen(errand: Errand, sight: SeenAt, body: BodyMoved, settings: Settings, at: float) -> Errand:
    """The target was there at `at`. One that was told before is no news."""
    order = errand.order
    if not isinstance(order, GoTo) or order.target != sight.target or sight.at <= errand.sight_at:
        return errand
    point = seen_from(body, sight.bearing, sight.distance)
    walks, stays = order.how != "look", order.how == "follow"
    around = errand.aim.around if errand.aim is not None else ()
    aim = Aim((point,), settings.distance, walks=walks, stays=stays, around=around)
    return msgspec.structs.replace(errand, aim=aim, seen_at=at, sight_at=sight.at)


def proceeded(errand: Errand, body: BodyMoved, settings: Settings, now: float) -> Errand | Ended:
    """After a look at `now`: with what is to be pressed, or how it has ended."""
    if ended := _over(errand, body, settings, now):
        return ended
    if errand.aim is None:
        return errand
    moved = went_on(errand.progress, errand.drive, body, now)
    follows = isinstance(errand.order, GoTo)
    if why := obstacle(moved, now, follows=follows):
        return _around(errand, body, why, now)
    aim = passed(errand.aim, body)
    stands = follows and not errand.drive.forward
    gait = Gait(settings.speed, settings.turning)
    flight = in_flight(errand.flight, errand.drive.turn, gait, now - errand.looked_at)
    drive = _calm(errand, steered(aim, body, gait, stands=stands, flight=flight), body, now)
    since = (errand.there_since or now) if drive.there else None
    if since is not None and now - since >= SETTLED and not is_moving(body):
        return Ended("arrived")
    return msgspec.structs.replace(
        errand,
        progress=moved,
        aim=aim,
        drive=drive,
        there_since=since,
        flight=flight,
        turned_at=now if drive.turn else errand.turned_at,
        looked_at=now,
    )


def otherwise(errand: Errand, points: tuple[Vector3, ...]) -> Errand:
    """The same goal by another way, in place of a step around what is in this one."""
    return msgspec.structs.replace(errand, aim=Aim(points) if points else errand.aim)


def _around(errand: Errand, body: BodyMoved, why: str, now: float) -> Errand | Ended:
    """Something is in the way: it is tried to pass it, first on the one side and then on the other."""
    aim = errand.aim
    may = aim is not None and aim.points and aim.walks and not isinstance(errand.order, WalkAhead)
    if aim is None or not may:
        return Ended("blocked", why)
    if errand.detours == len(ASIDE):
        return Ended("blocked", f"{why}; {len(ASIDE)} tries to get around it failed")
    return msgspec.structs.replace(
        errand,
        aim=sidestep(aim, body, ASIDE[errand.detours]),
        detours=errand.detours + 1,
        progress=begun_progress(now),
        drive=Drive(),
        looked_at=now,
    )


def _calm(errand: Errand, drive: Drive, body: BodyMoved, now: float) -> Drive:
    """`drive`, but a turn begins gently, and not before the one that has ended is felt to have ended."""
    before = errand.drive.turn
    if drive.turn and not before and abs(body.turning) > 1.0 and now - errand.turned_at < CALMS:
        return msgspec.structs.replace(drive, turn=0.0)
    gently = max(-abs(before) - GENTLE, min(abs(before) + GENTLE, drive.turn))
    return msgspec.structs.replace(drive, turn=gently)


def _over(errand: Errand, body: BodyMoved, settings: Settings, now: float) -> Ended | None:
    if now - errand.began > settings.longest:
        return Ended("too long", f"it took longer than {settings.longest:g} s")
    if now - errand.felt_at > FELT:
        return Ended("lost", "nothing is felt of the body")
    if isinstance(errand.order, GoTo) and now - errand.seen_at > settings.lease:
        return Ended("lost", f"it was not seen for {settings.lease:g} s where to go")
    if body.seated:
        return Ended("refused", "it sits")
    return Ended("refused", "the game says that it is away") if body.afk else None


def _aim(order: TurnTo | WalkAhead | WalkWay, body: BodyMoved) -> Aim:
    match order:
        case TurnTo(bearing=bearing):
            return Aim(yaw=body.yaw + bearing)
        case WalkAhead(metres=metres):
            return Aim((seen_from(body, 0.0, metres),), REACHED / 2, back=metres < 0.0)
        case WalkWay(points=points):
            return Aim(points or (body.position,))
