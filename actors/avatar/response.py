"""What the game makes of a turn that is pressed: how fast it turns the body, and how late that is told. Pure.

VRChat tells changes only, by datagrams that may get lost. What was pressed is known here, so that a turn that should
have been told by now and was not is taken to have happened. How the game answers is found by votes: every value told
may answer every press of the last second, and only for the true lag do the same numbers come out again."""

import math
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from statistics import median

import msgspec

from actors.vocabulary.type_names import durable

PRESSES, VALUES = 16, 16  # presses, and values told, that are kept
LONGEST_LAG = 1.2  # seconds
FRESH = 3.0  # seconds for which a press that was not answered is believed
SLACK = 0.06  # seconds by which an answer may be later than usual
LAGS, GAINS = 0.05, 0.04  # the size of a vote's cell: seconds, and the logarithm of a gain
ENOUGH = 4  # votes
CLEAR = 0.7  # of the votes of the first, which another lag must not have

Sample = tuple[float, float]  # a lag and a gain
Cell = tuple[int, int]


@durable("avatar.Press")
class Press(msgspec.Struct, frozen=True):
    """From `at` (monotonic seconds) on the axis is held at `value`."""

    at: float
    value: float


class Turning(msgspec.Struct, frozen=True):
    """value: AngularY as it must be. late: for how many seconds it has been so."""

    value: float
    late: float


@durable("avatar.Response")
class Response(msgspec.Struct, frozen=True):
    """presses: the newest last. told: the values of AngularY of the last seconds, and when. votes: what each may mean.

    gain: AngularY for a full deflection, and lag: seconds from a press until it is told; 0 while they are not known."""

    presses: tuple[Press, ...] = ()
    told: tuple[Press, ...] = ()
    votes: tuple[tuple[Sample, ...], ...] = ()
    gain: float = 0.0
    lag: float = 0.0


def pressed(response: Response, value: float, now: float) -> Response:
    """The axis is held at `value` from `now` on."""
    if response.presses and response.presses[-1].value == value:
        return response
    return msgspec.structs.replace(response, presses=(*response.presses, Press(now, value))[-PRESSES:])


def heard(response: Response, angular: float, at: float) -> Response:
    """AngularY was told at `at`."""
    response = believed(response, angular, at)
    samples = tuple(_samples(response.presses, angular, at))
    if not samples:
        return response
    votes = (*response.votes, samples)[-VALUES:]
    lag, gain = _elected(votes) or _kept(response, votes)
    return msgspec.structs.replace(response, votes=votes, lag=lag, gain=gain)


def presumed(response: Response, now: float) -> Turning | None:
    """What a press should have led to by `now` that was not told; None where that is not known, or was told."""
    if not response.gain:
        return None
    due = [press for press in response.presses if press.at + response.lag + SLACK <= now]
    if not due or now - due[-1].at > FRESH:
        return None
    since = due[-1].at + response.lag
    if response.told and response.told[-1].at >= since - SLACK:
        return None
    return Turning(due[-1].value * response.gain, now - since)


def believed(response: Response, angular: float, at: float) -> Response:
    """AngularY counts as told at `at`."""
    return msgspec.structs.replace(response, told=(*response.told, Press(at, angular))[-PRESSES:])


def missed(response: Response, now: float) -> float:
    """AngularY times seconds that was not told, of all presses that are kept, before anything was presumed."""
    lost = [
        Press(press.at + response.lag, press.value * response.gain)
        for press in response.presses
        if press.at + response.lag <= now and not _is_answered(press, response)
    ]
    told, after = response.told, sorted((*lost, *response.told, Press(now, 0.0)), key=lambda one: one.at)
    total = 0.0
    for one, following in pairwise(after):
        if one not in told:
            held = next((value.value for value in reversed(told) if value.at <= one.at), 0.0)
            total += (one.value - held) * (following.at - one.at)
    return total


def _is_answered(press: Press, response: Response) -> bool:
    return any(abs(value.at - press.at - response.lag) < SLACK for value in response.told)


def _kept(response: Response, votes: tuple[tuple[Sample, ...], ...]) -> Sample:
    """What was elected before, as long as it has not lost its votes."""
    if not response.gain:
        return 0.0, 0.0
    around = frozenset(_around(_cell((response.lag, response.gain))))
    stands = sum(any(_cell(sample) in around for sample in one) for one in votes) >= ENOUGH
    return (response.lag, response.gain) if stands else (0.0, 0.0)


def _samples(presses: Iterable[Press], angular: float, at: float) -> Iterable[Sample]:
    for press in presses:
        lag = at - press.at
        if press.value * angular > 0.0 and 0.0 < lag < LONGEST_LAG:
            yield lag, angular / press.value


def _elected(votes: tuple[tuple[Sample, ...], ...]) -> Sample | None:
    """The lag and gain that most values agree on, if it is clear."""
    samples = [sample for one in votes for sample in one]
    cells = Counter(map(_cell, samples))
    scores = {cell: sum(cells[near] for near in _around(cell)) for cell in cells}
    best = max(scores, key=lambda cell: (scores[cell], cell))
    rival = max((score for cell, score in scores.items() if abs(cell[0] - best[0]) > 1), default=0)
    if scores[best] < max(ENOUGH, len(votes) / 2) or rival > CLEAR * scores[best]:
        return None
    around = frozenset(_around(best))
    agreed = [sample for sample in samples if _cell(sample) in around]
    return median(lag for lag, _ in agreed), median(gain for _, gain in agreed)


def _cell(sample: Sample) -> Cell:
    lag, gain = sample
    return round(lag / LAGS), round(math.log(gain) / GAINS)


def _around(cell: Cell) -> Iterable[Cell]:
    return ((cell[0] + lag, cell[1] + gain) for lag in (-1, 0, 1) for gain in (-1, 0, 1))
