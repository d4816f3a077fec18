"""What a network of depth takes and gives, told from the file: MiDaS, Depth Anything, Metric3D and their like. Pure."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from actors.kernel.media.frame_ring import Picture
from actors.vision.colours import coloured

Array = npt.NDArray[Any]

# Height and width that are tried where the file leaves them open: multiples of 14 (Depth Anything), of 32 (MiDaS).
OPEN = ((252, 448), (256, 448))
SMALLEST, LARGEST = 32, 2048
CANONICAL = 1000.0  # pixels of focal length for which Metric3D tells metres
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of each colour, RGB, of all three families
_TYPES: Mapping[str, type[Any]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
}


class UnknownForm(Exception):
    """It is none of the known forms: one line of why."""


class NodeArg(Protocol):
    """onnxruntime's description of an input or output."""

    name: str
    type: str
    shape: Sequence[Any]


class Form(msgspec.Struct, frozen=True):
    """sizes: heights and widths of its pictures that may be tried. rows_first: the colours come last.

    raw: it wants colours from 0 to 255 and evens them out itself. metric: it tells metres, else inverse distances
    without a scale. canonical: its metres are those of a camera of CANONICAL, and pictures keep their proportions."""

    name: str
    kind: str
    sizes: tuple[tuple[int, int], ...]
    rows_first: bool = False
    raw: bool = False
    metric: bool = False
    canonical: bool = False


def form_of(inputs: Sequence[NodeArg], outputs: Sequence[str], notes: Mapping[str, str], file: str) -> Form:
    """The form of a network, by its inputs, the names of its outputs, its notes and its file's name.

    A note `depth: metric` or `depth: relative` goes before what the names say, `pixels: raw` before the usual
    evening out. Raises UnknownForm."""
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].type not in _TYPES:
        wanted = ", ".join(f"{one.name[:20]} {list(one.shape)} {one.type}" for one in inputs[:4])
        raise UnknownForm(f"it wants {wanted or 'nothing'}, and one picture is all that it can be given")
    picture = inputs[0]
    _, *shape = picture.shape
    rows_first = shape[2] == 3 and shape[0] != 3
    height, width = shape[:2] if rows_first else shape[1:]
    named = " ".join((file, *outputs)).lower()
    canonical = "metric3d" in named or "normal" in named
    metric = notes.get("depth", "metric" if canonical or "metric" in named else "relative") == "metric"
    raw = (
        picture.type == "tensor(uint8)"
        or notes.get("pixels", "") == "raw"
        or (canonical and picture.name == "image")
    )
    return Form(
        picture.name, picture.type, _sizes(height, width), rows_first, raw, metric, canonical and metric
    )


def _sizes(height: Any, width: Any) -> tuple[tuple[int, int], ...]:
    if not isinstance(height, int) or not isinstance(width, int):
        return OPEN
    if not (SMALLEST <= height <= LARGEST and SMALLEST <= width <= LARGEST):
        raise UnknownForm(
            f"it wants pictures of {width}x{height}; {SMALLEST} to {LARGEST} a side are possible"
        )
    return ((height, width),)


def shrunk(picture: Picture, form: Form, size: tuple[int, int]) -> Picture:
    """A copy of the picture, in BGR, that fits into `size`: filling it, or in its proportions where these count."""
    height, width = size
    if form.canonical:
        scale = min(height / picture.shape[0], width / picture.shape[1])
        height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return coloured(np.asarray(small, np.uint8))


def tensor(picture: Picture, form: Form, size: tuple[int, int]) -> Array:
    """What the network is given for a picture that was shrunk; what it does not fill is of a middle grey."""
    colours: Array = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.float32)
    if not form.raw:
        colours = (colours / 255.0 - np.array(MEAN, np.float32)) / np.array(DEVIATION, np.float32)
    whole = np.full((*size, 3), 255.0 * float(np.mean(MEAN)) if form.raw else 0.0, np.float32)
    whole[: picture.shape[0], : picture.shape[1]] = colours
    ordered = whole if form.rows_first else whole.transpose(2, 0, 1)
    return np.ascontiguousarray(ordered[None]).astype(_TYPES[form.kind])


def depth_map(outputs: Mapping[str, Array]) -> Array:
    """The map of depth among what a network gave: float32, shape (height, width). Raises UnknownForm."""
    named = sorted(outputs.items(), key=lambda item: "depth" not in item[0].lower())
    for _, output in named:
        flat = (
            output.reshape(output.shape[-2:])
            if output.ndim >= 2 and output.size == math.prod(output.shape[-2:])
            else None
        )
        if flat is not None and min(flat.shape) >= 8:
            return np.asarray(flat, np.float32)
    shapes = ", ".join(f"{name[:20]} {list(output.shape)}" for name, output in named[:4])
    raise UnknownForm(f"it gives {shapes or 'nothing'}, and no map of a picture")


def metres_of(values: Array, form: Form, fov: float, height: int) -> Array:
    """Metres for what a metric network gave. height: of the shrunk picture. fov: vertical, in degrees."""
    if not form.canonical:
        return values
    focal = height / 2.0 / math.tan(math.radians(fov) / 2.0)
    return np.asarray(values * (focal / CANONICAL))
