"""Who the people in a picture are: by their name plates, and by who is here. Pure."""

from collections.abc import Iterable, Sequence
from functools import partial

import msgspec

from actors.vision.messages import PERSON, Box, Plate
from actors.vision.tracker.distance import UNKNOWN_DISTANCE
from actors.vision.tracker.plates import who
from actors.vision.tracker.tracks import CLEAR, Track, Tracks, changed, named
from actors.vocabulary.values import UNKNOWN, Person

ASIDE = 0.75  # of a person's width, by which a plate's middle may stand beside theirs
ABOVE, BELOW = 0.6, 0.3  # of a person's height, by which a plate may be above or below their upper edge

# A plate whose owner no detector finds: the body below it, in heights of the plate. VRChat draws plates of one height
# in the world, about 0.12 m, near by; far away they grow, so that they can be read.
BODY_HEIGHT, BODY_WIDTH, GAP = 13.0, 5.0, 1.0


def read(tracks: Tracks, plates: Iterable[Plate], present: Sequence[Person], at: float, now: float) -> Tracks:
    """After these plates were read in a picture of `at` (epoch seconds); now: monotonic seconds.

    What stands on none of the people here is no name: the game has many signs."""
    found = [(plate, person) for plate in plates if (person := who(plate.text, present)) is not None]
    # Who is known to be here first: whoever came may stand where they were followed to.
    for plate, person in sorted(found, key=lambda pair: not _is_in_sight(tracks, pair[1])):
        owner = _owner(tracks, plate.box)
        if owner is None:
            tracks = _unseen_owner(tracks, plate, person, at, now)
            continue
        other = plate.score >= CLEAR and _is_somebody_else(tracks, owner, person, found)
        if other and not _is_in_sight(tracks, person):
            tracks = _succeeded(tracks, owner, plate, person, at)
        elif other or owner.person == person or plate.score >= owner.sureness:
            tracks = changed(tracks, owner.number, partial(_seen_by_plate, plate=plate.box, now=now))
            tracks = named(tracks, owner.number, person, plate.score)
    return tracks


def alone(tracks: Tracks, present: Sequence[Person]) -> Tracks:
    """One person is here besides Gerald, and one is seen: it is them. Once there are more, nobody knows."""
    people = [track for track in tracks.confirmed if track.kind == PERSON]
    if len(present) == 1 and len(people) == 1 and people[0].person == UNKNOWN:
        return changed(tracks, people[0].number, lambda t: msgspec.structs.replace(t, person=present[0]))
    known = {person.user_id for person in present}
    guessed = [
        track
        for track in people
        if track.person != UNKNOWN
        and (track.person.user_id not in known or (track.sureness == 0.0 and len(present) > 1))
    ]
    for one in guessed:
        tracks = changed(tracks, one.number, _nobody)
    return tracks


def _is_somebody_else(
    tracks: Tracks, track: Track, person: Person, found: Iterable[tuple[Plate, Person]]
) -> bool:
    """Whether who is seen there is not whoever was read there before: their own plate is over another, or nowhere."""
    if track.sureness == 0.0 or track.person == person:
        return False
    own = (_owner(tracks, plate.box) for plate, read_as in found if read_as == track.person)
    return not any(owner is None or owner.number == track.number for owner in own)


def _is_in_sight(tracks: Tracks, person: Person) -> bool:
    """Whether somebody who was found in the newest picture is taken for them: two who passed each other may have been
    taken for one another."""
    return any(track.person == person and track.missed == 0 for track in tracks.all)


def _succeeded(tracks: Tracks, gone: Track, plate: Plate, person: Person, at: float) -> Tracks:
    """`person` has taken the place of `gone`, under a number of their own: one left, and one entered."""
    new = msgspec.structs.replace(
        gone, number=tracks.given + 1, since=at, person=UNKNOWN, sureness=0.0, distance=UNKNOWN_DISTANCE
    )
    kept = tuple(track for track in tracks.all if track.number != gone.number)
    return named(Tracks((*kept, new), new.number), new.number, person, plate.score)


def _seen_by_plate(track: Track, plate: Box, now: float) -> Track:
    """Who wears a known name is no picture on the wall; and is below the plate, if no detector finds them."""
    if track.missed == 0:
        return msgspec.structs.replace(track, confirmed=True)
    return msgspec.structs.replace(track, confirmed=True, box=_body_below(plate), last=now)


def _nobody(track: Track) -> Track:
    return msgspec.structs.replace(track, person=UNKNOWN, sureness=0.0)


def _owner(tracks: Tracks, plate: Box) -> Track | None:
    """Whose plate it is: the nearest below it."""
    fitting = [
        (distance, track.number, track)
        for track in tracks.all
        if track.kind == PERSON and (distance := _apart(track.box, plate)) is not None
    ]
    return min(fitting)[2] if fitting else None


def _apart(body: Box, plate: Box) -> float | None:
    """How far the plate is from above the body's middle, None when it cannot be theirs."""
    aside = abs(plate.left + plate.width / 2 - body.left - body.width / 2)
    above = body.top - (plate.top + plate.height / 2)
    if aside > ASIDE * body.width or not -BELOW * body.height <= above <= ABOVE * body.height:
        return None
    return aside + abs(above)


def _unseen_owner(tracks: Tracks, plate: Plate, person: Person, at: float, now: float) -> Tracks:
    """Somebody whose plate is read while the detectors do not find them, as they often do not find avatars."""
    known = next((track for track in tracks.all if track.person.user_id == person.user_id), None)
    if known is not None and known.missed == 0:
        return tracks  # they are seen elsewhere in a newer picture: a sign, or a mirror
    number = tracks.given + 1
    track = Track(number, PERSON, _body_below(plate.box), plate.score, at, now, confirmed=True)
    return named(Tracks((*tracks.all, track), number), number, person, plate.score)


def _body_below(plate: Box) -> Box:
    middle, top = plate.left + plate.width / 2, min(1.0, plate.top + plate.height * (1.0 + GAP))
    width = plate.height * BODY_WIDTH
    return Box(max(0.0, middle - width / 2), top, width, min(plate.height * BODY_HEIGHT, 1.0 - top))
