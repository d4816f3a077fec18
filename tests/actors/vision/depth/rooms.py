"""Rooms with known depth: textured walls and boxes, ray-cast from a seed."""

import math

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from actors.kernel.media.frame_ring import Picture

Numbers = npt.NDArray[np.floating]

SIZE = (270, 480)


class Pose(msgspec.Struct, frozen=True):
    """Where the camera is: metres to the right, downward and forward of the room's middle; degrees."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0

    def rotation(self) -> Numbers:
        """Columns: the camera's right, downward and ahead."""
        yaw, pitch = math.radians(self.yaw), math.radians(self.pitch)
        upright, _ = cv2.Rodrigues(np.array((0.0, yaw, 0.0)))
        upward, _ = cv2.Rodrigues(np.array((pitch, 0.0, 0.0)))
        return np.asarray(upright @ upward)


class Room:
    """Six walls 20 x 20 x 3 m apart, with a dozen boxes; the eyes are 1.6 m above the floor."""

    def __init__(self, seed: int, boxes: int = 8) -> None:
        dice = np.random.default_rng(seed)
        noise = sum(
            cv2.resize(
                dice.normal(0.0, 1.0, (512 // step, 512 // step)), (512, 512), interpolation=cv2.INTER_CUBIC
            )
            for step in (4, 8, 16, 64)
        )
        self._texture = (255.0 * (noise - noise.min()) / (noise.max() - noise.min())).astype(np.float32)
        corners = [(np.array((-10.0, -1.4, -10.0)), np.array((10.0, 1.6, 10.0)))]
        for _ in range(boxes):
            width, height, deep = dice.uniform((0.4, 0.5, 0.4), (1.5, 2.5, 1.5))
            angle, far = dice.uniform(0.0, 2.0 * math.pi), dice.uniform(2.5, 9.0)
            x, z = far * math.sin(angle), far * math.cos(angle)
            corners.append((np.array((x, 1.6 - height, z)), np.array((x + width, 1.6, z + deep))))
        self._boxes = corners
        self._levels = dice.uniform(0.5, 1.0, (len(corners), 6, 3))

    def seen(self, pose: Pose, fov: float = 60.0) -> tuple[Picture, Numbers]:
        """The picture (BGR, SIZE), and metres ahead of the camera for each of its pixels."""
        rays = np.tensordot(pose.rotation().astype(np.float32), _flat_rays(fov), axes=1)
        start = np.array((pose.x, pose.y, pose.z), np.float32)[:, None, None]
        depth, number, axis = self._hits(start, rays)
        place = start + rays * depth
        side = np.take_along_axis(rays, axis[None], axis=0)[0] > 0.0
        u = np.where(axis == 0, place[2], place[0]) * 64.0 + 37.0 * number
        v = np.where(axis == 1, place[2], place[1]) * 64.0 + 101.0 * axis
        u, v = ((one % 512).astype(np.float32) for one in (u, v))
        light = cv2.remap(self._texture, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        return (light[:, :, None] * self._levels[number, axis + 3 * side]).astype(np.uint8), depth

    def _hits(self, start: Numbers, rays: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """How far along each ray something is, in which box, and across which axis its face lies."""
        with np.errstate(divide="ignore"):
            inverse = 1.0 / rays
        depth = np.full(SIZE, np.inf, np.float32)
        number, axis = np.zeros(SIZE, int), np.zeros(SIZE, int)
        for n, (low, high) in enumerate(self._boxes):
            first, second = (
                (edge.astype(np.float32)[:, None, None] - start) * inverse for edge in (low, high)
            )
            enter, leave = np.minimum(first, second), np.maximum(first, second)
            near, far = enter.max(axis=0), leave.min(axis=0)
            # Of the room itself, the first one, the far side is seen.
            hit, face = (far, leave.argmin(axis=0)) if n == 0 else (near, enter.argmax(axis=0))
            seen = (hit > 0.0) & (hit < depth) & ((near <= far) | (n == 0))
            for kept, new in ((depth, hit), (number, np.full(SIZE, n)), (axis, face)):
                np.copyto(kept, new, where=seen, casting="unsafe")
        return depth, number, axis


def _flat_rays(fov: float) -> Numbers:
    """Rays through each pixel, one metre ahead: shape (3, height, width)."""
    height, width = SIZE
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    half = np.float32(math.tan(math.radians(fov) / 2.0) / height)
    return np.stack(
        ((2 * across + 1 - width) * half, (2 * down + 1 - height) * half, np.ones(SIZE, np.float32))
    )
