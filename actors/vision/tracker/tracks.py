"""Who and what is followed from picture to picture, as values. Pure.

A detection counts after it was found again: in VRChat a network is unsure of avatars, and sees things in menus."""

import math
from collections.abc import Callable, Iterable

import msgspec

from actors.vision.messages import Box, Detection
from actors.vision.tracker.distance import UNKNOWN_DISTANCE, Distance
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person

CONFIRMS = 3  # pictures in which something must be found before it counts
MISSES = 2  # pictures in a row without it that something unconfirmed outlives
LASTS = 3.0  # seconds for which something confirmed counts without being found: who turns round is not gone

MOST = 32  # tracks kept; beyond it those seen the longest time ago are dropped

OVERLAPS = 0.2  # of their union, from which two boxes may be the same thing
NEAR = 0.75  # of the larger side, by which a middle may have moved meanwhile, where they do not overlap
CLEAR = 0.8  # score of a plate from which on it counts, however surely another was read before
TAKEN = 0.1  # how sure it is who somebody is that was followed wrongly: any plate that is read there is surer
ALIKE = 2.0  # times, by which a box may have grown or shrunk meanwhile


@durable("vision.Track")
class Track(msgspec.Struct, frozen=True):
    """Something followed. number: its own for as long as it is there. hits: pictures in which it was found.

    missed: pictures in a row in which it was not. since, last: first and last found (since in epoch seconds, last in
    monotonic ones: a clock that is set makes nobody stay). person: who it is, by a name plate read with `sureness`
    (0 to 1), or because nobody else can be it (0.0)."""

    number: int
    kind: str
    box: Box
    score: float
    since: float
    last: float
    hits: int = 1
    missed: int = 0
    confirmed: bool = False
    person: Person = UNKNOWN
    sureness: float = 0.0
    distance: Distance = UNKNOWN_DISTANCE


@durable("vision.Tracks")
class Tracks(msgspec.Struct, frozen=True):
    """All of them, and the number that was given last."""

    all: tuple[Track, ...] = ()
    given: int = 0

    @property
    def confirmed(self) -> tuple[Track, ...]:
        """Those that count."""
        return tuple(track for track in self.all if track.confirmed)


def advance(tracks: Tracks, found: Iterable[Detection], at: float, now: float) -> Tracks:
    """The tracks after a picture of `at` (epoch seconds) in which this was found; now: monotonic seconds."""
    left = list(found)
    kept = []
    for track, detection in _pairs(tracks.all, left):
        if detection is None:
            kept.append(msgspec.structs.replace(track, missed=track.missed + 1))
        else:
            left.remove(detection)
            kept.append(_found_again(track, detection, now))
    given = tracks.given
    for detection in left:
        given += 1
        kept.append(Track(given, detection.kind, detection.box, detection.score, at, now))
    return faded(Tracks(tuple(kept), given), now)


def faded(tracks: Tracks, now: float) -> Tracks:
    """Without what is not there any more, as of `now` (monotonic seconds)."""
    kept = [
        track
        for track in tracks.all
        if (now - track.last < LASTS and (track.confirmed or track.missed <= MISSES))
    ]
    if len(kept) > MOST:
        newest = sorted(kept, key=lambda track: (track.confirmed, track.last))[-MOST:]
        kept = sorted(newest, key=lambda track: track.number)
    return tracks if len(kept) == len(tracks.all) else Tracks(tuple(kept), tracks.given)


def changed(tracks: Tracks, number: int, change: Callable[[Track], Track]) -> Tracks:
    """`tracks` with one of them changed."""
    return Tracks(tuple(change(one) if one.number == number else one for one in tracks.all), tracks.given)


def named(tracks: Tracks, number: int, person: Person, sureness: float) -> Tracks:
    """Track `number` is `person`, read so surely. Nobody is in two places: whoever was taken for them before was
    followed wrongly since the two came close, or, if they are out of sight, was the same all the time."""
    new = next(track for track in tracks.all if track.number == number)
    before = next((t for t in tracks.all if t.person.user_id == person.user_id and t.number != number), None)
    if before is None or not person.is_known:
        return changed(tracks, number, lambda t: _called(t, person, sureness))
    if before.missed == 0 and min(before.sureness, CLEAR) > sureness:
        return tracks
    if before.missed == 0:
        return changed(_exchanged(tracks, before, new), before.number, lambda t: _called(t, person, sureness))
    same = msgspec.structs.replace(
        new,
        number=before.number,
        since=before.since,
        confirmed=before.confirmed or new.confirmed,
        hits=before.hits + new.hits,
        person=person,
        sureness=sureness,
    )
    others = (track for track in tracks.all if track.number not in (before.number, number))
    return Tracks(tuple(sorted((*others, same), key=lambda track: track.number)), tracks.given)


def overlap(a: Box, b: Box) -> float:
    """The part of their union that both boxes cover, in [0, 1]."""
    width = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
    height = min(a.top + a.height, b.top + b.height) - max(a.top, b.top)
    if width <= 0.0 or height <= 0.0:
        return 0.0
    both = width * height
    union = a.width * a.height + b.width * b.height - both
    return both / union if union > 0.0 else 0.0


def _exchanged(tracks: Tracks, one: Track, other: Track) -> Tracks:
    """Each of the two is where the other was taken to be: names, numbers and how long they are there go over, so that
    nobody leaves or enters for it. Whoever was not read there may be read otherwise."""
    first, second = _as(one, other), _as(other, one)
    kept = (track for track in tracks.all if track.number not in (one.number, other.number))
    return Tracks(tuple(sorted((*kept, first, second), key=lambda track: track.number)), tracks.given)


def _as(body: Track, known: Track) -> Track:
    """What is seen as `body`, taken for `known`."""
    unread = min(known.sureness, TAKEN)
    return msgspec.structs.replace(
        body, number=known.number, since=known.since, person=known.person, sureness=unread, confirmed=True
    )


def _called(track: Track, person: Person, sureness: float) -> Track:
    return msgspec.structs.replace(track, person=person, sureness=sureness)


def _found_again(track: Track, detection: Detection, now: float) -> Track:
    hits = track.hits + 1
    return msgspec.structs.replace(
        track,
        box=detection.box,
        score=detection.score,
        last=now,
        hits=hits,
        missed=0,
        confirmed=track.confirmed or hits >= CONFIRMS,
    )


def _pairs(tracks: tuple[Track, ...], found: list[Detection]) -> tuple[tuple[Track, Detection | None], ...]:
    """Each track with what it is in the new picture: the best pairs of all first."""
    scores = sorted(
        (
            (likeness, -track.number, index)
            for track in tracks
            for index, detection in enumerate(found)
            if (likeness := _likeness(track, detection)) > 0.0
        ),
        reverse=True,
    )
    pair: dict[int, int] = {}
    for _, number, index in scores:
        if -number not in pair and index not in pair.values():
            pair[-number] = index
    return tuple((track, found[pair[track.number]] if track.number in pair else None) for track in tracks)


def _likeness(track: Track, detection: Detection) -> float:
    """How well they fit, above 0.0 if they may be the same; what overlaps before what is only near."""
    if track.kind != detection.kind:
        return 0.0
    a, b = track.box, detection.box
    both = overlap(a, b)
    if both >= OVERLAPS:
        return 1.0 + both
    sizes = (a.width / b.width, a.height / b.height) if b.width and b.height else (math.inf, math.inf)
    if not all(1.0 / ALIKE <= size <= ALIKE for size in sizes):
        return 0.0
    across = abs(a.left + a.width / 2 - b.left - b.width / 2) / max(a.width, b.width)
    along = abs(a.top + a.height / 2 - b.top - b.height / 2) / max(a.height, b.height)
    return max(0.0, NEAR - math.hypot(across, along))
