"""From a picture to the world: bearings and distances by the camera's field of view. Pure.

The camera is VRChat's: a pinhole at the eyes, whose vertical field of view is given in degrees."""

import math

from actors.vision.messages import Box

# Metres from soles to crown of what is taken for an avatar: they differ, and so does the distance that this gives.
PERSON_HEIGHT = 1.6


def bearing(x: float, aspect: float, fov: float) -> float:
    """Degrees to the right of where the camera looks, of a point at `x` in [0, 1] from the left.

    aspect: the picture's width by its height. fov: vertical field of view in degrees."""
    return math.degrees(math.atan((2.0 * x - 1.0) * aspect * math.tan(math.radians(fov) / 2.0)))


def distance_by_height(box: Box, aspect: float, fov: float, height: float = PERSON_HEIGHT) -> float:
    """Metres along the ground to something upright of `height` metres that fills the box's height.

    What is cut off by the picture's edge is nearer than it seems. Raises ZeroDivisionError for an empty box."""
    ahead = height / (2.0 * box.height * math.tan(math.radians(fov) / 2.0))
    return ahead / math.cos(math.radians(bearing(box.middle[0], aspect, fov)))
