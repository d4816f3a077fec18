"""From tracks to what the world is told: where each is, and how far. Pure."""

import msgspec

from actors.vision.geometry import bearing
from actors.vision.messages import PERSON, DistancesSeen, Sight
from actors.vision.tracker.distance import by_grid, by_height, trend
from actors.vision.tracker.tracks import Track, Tracks


class View(msgspec.Struct, frozen=True):
    """The camera's: aspect, width by height of the picture, and the vertical field of view in degrees."""

    aspect: float
    fov: float


def measured(tracks: Tracks, view: View) -> Tracks:
    """With distances by height of those who were found in the newest picture."""

    def by_their_height(track: Track) -> Track:
        if track.missed:
            return track
        size = track.kind, track.box, view.aspect, view.fov, track.last
        return msgspec.structs.replace(track, distance=by_height(track.distance, *size))

    return Tracks(tuple(map(by_their_height, tracks.all)), tracks.given)


def ranged(tracks: Tracks, seen: DistancesSeen, view: View, now: float) -> Tracks:
    """With the distances that the depth actor told; now: monotonic seconds."""
    return Tracks(
        tuple(
            msgspec.structs.replace(t, distance=by_grid(t.distance, t.box, seen, view.aspect, view.fov, now))
            for t in tracks.all
        ),
        tracks.given,
    )


def sights(tracks: Tracks, view: View) -> tuple[Sight, ...]:
    """What is worth telling, people before things, the nearest first; what has no distance comes last."""
    found = [_sight(track, view) for track in tracks.confirmed]
    order = sorted(found, key=lambda s: (s.kind != PERSON, s.distance <= 0.0, s.distance, s.track))
    return tuple(order)


def _sight(track: Track, view: View) -> Sight:
    box, distance = track.box, track.distance
    return Sight(
        track.number,
        track.kind,
        track.person,
        box,
        bearing(box.middle[0], view.aspect, view.fov),
        track.since,
        track.score,
        distance.metres,
        distance.error,
        distance.source,
        trend(distance),
        track.missed == 0,
    )
