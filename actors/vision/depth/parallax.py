"""How far away what stands still is, from how it moved in the picture while the body moved. Pure.

The camera's frame: x to the right, y downward, z ahead. A ray is a point one metre ahead: (x, y). When the camera moves
by T, a point that is Z ahead moves, once the turning is taken back, by (T_z * ray - T_xy) / Z from where it was: its
share along that direction gives Z, and what is left across it shows what moves by itself.

How the body turned is told roughly, and where the head looks up or down, not at all: both are fitted to the picture."""

import math
from collections.abc import Sequence

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from actors.vision.depth.flow import Followed, Points
from actors.vision.depth.travel import Travel

Numbers = npt.NDArray[np.float64]

FEWEST = 12  # corners without which nothing is said
NEAREST, FARTHEST = 0.2, 60.0  # metres
SURE = 0.25  # share of a distance by which it may be wrong
FITTING = 0.65  # the share of the corners that must have moved as the body did

_NOISE = 0.4  # pixels by which a corner may be found beside where it is
_ASTRAY = 1.5  # pixels across the way it ought to have moved, beyond which it moves by itself
_ROUNDS = 6  # of fitting, each with less weight for what does not fit
# How wrong what the game tells of the turning may be: degrees about each axis (across, upright, ahead), and the share
# of the turning about the upright one.
_WRONG, _WRONG_TURNING = (0.3, 0.15, 0.1), 0.1
_NEARBY = 4.0  # degrees of pitch that are tried above and below what it was
_CLOSER = 2.0  # the same, once it was found roughly
_FITS = 1.0  # the cost from which on others are tried
_PITCHES = tuple(float(pitch) for pitch in range(-45, 46, 5))
_UNUSUAL = 40.0  # degrees of pitch that cost as much as everything moving a noise astray


class Depths(msgspec.Struct, frozen=True):
    """Points of the picture after, and how far ahead of the camera they are.

    rays: shape (points, 2). metres, errors: shape (points,); errors are shares. pitch: degrees that the camera looks
    upward, as far as the picture tells."""

    rays: Points
    metres: Numbers
    errors: Numbers
    pitch: float


class _Fit(msgspec.Struct, frozen=True):
    """moved: by how much each ray moved, the turning taken back. along: the way that it would at one metre."""

    cost: float
    pitch: float
    moved: Points
    along: Points


def rays_of(points: Points, size: tuple[int, int], fov: float) -> Points:
    """Rays of points in pixels. size: (height, width) of the picture. fov: vertical field of view in degrees."""
    height, width = size
    return (points * 2.0 + 1.0 - (width, height)) / height * math.tan(math.radians(fov) / 2.0)


def turned_away(
    points: Points, size: tuple[int, int], travel: Travel, fov: float, pitch: float = 0.0
) -> Points:
    """Where points in pixels are after the turning alone, in pixels."""
    height, width = size
    rays = _turned(rays_of(points, size, fov), -_rotation(travel, pitch))
    return (rays / math.tan(math.radians(fov) / 2.0) * height + (width, height) - 1.0) / 2.0


def depths(followed: Followed, travel: Travel, fov: float, pitch: float = 0.0) -> Depths | None:
    """How far away the followed corners are, in the picture after.

    None when too few of them moved as the body did, so that nothing can be said. pitch: as it was found before."""
    if len(followed.before) < FEWEST or travel.metres <= 0.0:
        return None
    pixel = 2.0 * math.tan(math.radians(fov) / 2.0) / followed.size[0]
    before, after = (rays_of(points, followed.size, fov) for points in (followed.before, followed.after))
    best = _best(before, after, travel, (pitch, pitch - _NEARBY, pitch + _NEARBY), pixel)
    if best.cost > _FITS:
        best = _best(before, after, travel, (pitch, *_PITCHES), pixel)
        closer = (best.pitch, best.pitch - _CLOSER, best.pitch + _CLOSER)
        best = _best(before, after, travel, closer, pixel)
    return _measured(best, after, travel, pixel)


def _best(before: Points, after: Points, travel: Travel, pitches: Sequence[float], pixel: float) -> _Fit:
    fits = (_fit(before, after, travel, pitch, pixel) for pitch in pitches)
    # Where all fit alike, as when the body moves sideways, the first one is as good as any.
    return min(fits, key=lambda fit: fit.cost + abs(fit.pitch - pitches[0]) / _UNUSUAL)


def _fit(before: Points, after: Points, travel: Travel, pitch: float, pixel: float) -> _Fit:
    """How the picture moved if the camera looks `pitch` degrees upward. cost: about 1.0 where all fits."""
    rotation, way = _rotation(travel, pitch), _moved_by(travel, pitch)
    rays = _turned(after, rotation)
    wrong = np.radians(_WRONG) + _WRONG_TURNING * np.abs(rotation)
    small = _small_turn(before, rays, way, wrong, pixel * _NOISE)
    rays = rays - _shifts(rays, small)
    moved, along = rays - before, _along(rays, way)
    astray = _shares(_across(along), moved) / (pixel * _NOISE)
    cost = float(np.minimum(np.abs(astray), 8.0).mean() + 0.1 * np.sum((small / wrong) ** 2))
    return _Fit(cost, pitch, moved, along)


def _small_turn(before: Points, rays: Points, way: Numbers, wrong: Numbers, noise: float) -> Numbers:
    """By how much more the camera turned than was told (radians about each axis): so that all moved along its way.

    wrong: about how much that may be. What fits badly counts little, from round to round less."""
    small: Numbers = np.zeros(3)
    for round_ in range(_ROUNDS):
        across = _across(_along(rays - _shifts(rays, small), way))
        left = _shares(across, rays - before)
        fitted = np.stack([_shares(across, _shifts(rays, axis)) for axis in np.eye(3)], axis=1)
        astray = (left - fitted @ small) / noise
        far = 2.0 + 8.0 * (_ROUNDS - 1 - round_) / _ROUNDS
        weights = 1.0 / (1.0 + (astray / far) ** 2) ** 2
        scaled = fitted * (weights / noise**2)[:, None]
        small = np.asarray(np.linalg.solve(scaled.T @ fitted + np.diag(1.0 / wrong**2), scaled.T @ left))
    return small


def _along(rays: Points, way: Numbers) -> Points:
    """The way that each point would move if it were one metre ahead."""
    return np.asarray(rays * way[2] - way[:2])


def _shares(one: Points, other: Points) -> Numbers:
    """The product of each pair."""
    return np.asarray(np.einsum("ij,ij->i", one, other))


def _measured(fit: _Fit, after: Points, travel: Travel, pixel: float) -> Depths | None:
    length = np.linalg.norm(fit.along, axis=1)
    astray = np.abs(_shares(_across(fit.along), fit.moved))
    parallax = _shares(fit.along, fit.moved) / np.maximum(length, 1e-9)
    # What moves against the way it ought to would be behind the camera.
    fitting = (astray < _ASTRAY * pixel) & (parallax > -_ASTRAY * pixel)
    if fitting.mean() < FITTING:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        # Ahead of where the camera looked before; and then of where it looks now.
        metres = length / parallax - _moved_by(travel, fit.pitch)[2]
        metres /= _solid(after, _rotation(travel, fit.pitch))[:, 2]
        errors = np.hypot(_NOISE * pixel, math.radians(0.05)) / parallax
    good = fitting & (parallax > 0.0) & (errors < SURE) & (metres > NEAREST) & (metres < FARTHEST)
    return Depths(after[good], metres[good], errors[good], fit.pitch)


def _rotation(travel: Travel, pitch: float) -> Numbers:
    """How the body turned, in radians about each axis of a camera that looks `pitch` degrees upward."""
    up = math.radians(pitch)
    return math.radians(travel.turned) * np.array((0.0, math.cos(up), -math.sin(up)))


def _moved_by(travel: Travel, pitch: float) -> Numbers:
    """The body's way in the frame of a camera that looks `pitch` degrees upward."""
    up = math.radians(pitch)
    down = travel.down * math.cos(up) + travel.forward * math.sin(up)
    ahead = travel.forward * math.cos(up) - travel.down * math.sin(up)
    return np.array((travel.right, down, ahead))


def _turned(rays: Points, rotation: Numbers) -> Points:
    """The rays as a camera sees them that is turned by `rotation` (radians about each axis) less."""
    solid = _solid(rays, rotation)
    return np.asarray(solid[:, :2] / np.maximum(solid[:, 2:], 0.05))


def _solid(rays: Points, rotation: Numbers) -> Numbers:
    """The same as points in space: shape (points, 3)."""
    matrix, _ = cv2.Rodrigues(rotation)
    return np.asarray(np.concatenate((rays, np.ones((len(rays), 1))), axis=1) @ matrix.T)


def _shifts(rays: Points, rotation: Numbers) -> Points:
    """How a small turning of the camera moves the rays."""
    x, y = rays[:, 0], rays[:, 1]
    a, b, c = rotation
    across = a * x * y - b * (1.0 + x * x) + c * y
    down = a * (1.0 + y * y) - b * x * y - c * x
    return np.stack((across, down), axis=1)


def _across(along: Points) -> Points:
    """Unit vectors at right angles."""
    turned = np.stack((-along[:, 1], along[:, 0]), axis=1)
    return np.asarray(turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9))


def grid(seen: Depths, aspect: float, fov: float, columns: int, rows: int) -> tuple[float, ...]:
    """The middle one of the distances in each cell of an even grid, by row from above, each from the left.

    0.0 where fewer than two agree."""
    half = math.tan(math.radians(fov) / 2.0)
    across = np.floor((seen.rays[:, 0] / (half * aspect) + 1.0) / 2.0 * columns).astype(int)
    down = np.floor((seen.rays[:, 1] / half + 1.0) / 2.0 * rows).astype(int)
    cells = np.clip(down, 0, rows - 1) * columns + np.clip(across, 0, columns - 1)
    return tuple(_middle(seen.metres[cells == cell]) for cell in range(columns * rows))


def _middle(metres: Numbers) -> float:
    if len(metres) < 2:
        return 0.0
    middle = float(np.median(metres))
    agreeing = np.abs(metres - middle) < SURE * middle
    return middle if agreeing.sum() >= 2 else 0.0
