"""What a network takes: told from its inputs and the file's own notes. Pure."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np

from actors.kernel.media.frame_ring import Picture
from actors.vision.detector.forms.form import Array, Form, UnknownForm

TYPES: Mapping[str, type[Any]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
}
WHOLE_NUMBERS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
LONGEST = 640  # pixels of the longer side where the file leaves it open and does not say
SMALLEST, LARGEST = 16, 2048
MOST_TEXT = 65_536  # characters of names
MOST_NAMES = 2_000
MOST_STRIDE = 128


class NodeArg(Protocol):
    """onnxruntime's description of an input."""

    name: str
    type: str
    shape: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Input:
    """height, width: of the pictures; below 0: at most so much, in steps of `stride`. rows_first: the colours come
    last. sizes: the name and type of a second input that wants width and height of the picture, "" for none."""

    name: str
    height: int
    width: int
    channels: int
    kind: type[Any]
    rows_first: bool
    stride: int
    sizes: str = ""
    sizes_kind: type[Any] = np.int64

    def tensors(self, picture: Picture, form: Form | None) -> dict[str, Array]:
        """What the network is given for a picture (BGR) of its size. form: its family, where that is known."""
        scale = form.scale if form is not None else 1.0 / 255.0
        swapped = form is None or not form.bgr
        given = {self.name: self._blob(picture, 1.0 if self.kind is np.uint8 else scale, swapped)}
        if self.sizes:
            given[self.sizes] = np.asarray([[picture.shape[1], picture.shape[0]]], self.sizes_kind)
        return given

    def _blob(self, picture: Picture, scale: float, swapped: bool) -> Array:
        values: Array = _colours(picture, self.channels, swapped)
        if not self.rows_first:
            values = np.ascontiguousarray(values.transpose(2, 0, 1))
        if self.kind is not np.uint8:
            values = values.astype(np.float32) * np.float32(scale)
        return values.astype(self.kind, copy=False)[None]


def _colours(picture: Picture, channels: int, swapped: bool) -> Array:
    if channels == 1:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))[:, :, None]
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)) if swapped else picture


def input_of(arguments: Sequence[NodeArg], notes: Mapping[str, str]) -> Input:
    """Raises UnknownForm if it wants something else than one picture (and its size)."""
    pictures = [one for one in arguments if len(one.shape) == 4 and one.type in TYPES]
    sizes = [one for one in arguments if len(one.shape) == 2 and one.type in WHOLE_NUMBERS]
    if len(pictures) != 1 or len(pictures) + len(sizes) != len(arguments) or len(sizes) > 1:
        wanted = ", ".join(f"{one.name[:20]} {list(one.shape)} {one.type}" for one in arguments[:4])
        raise UnknownForm(f"it wants {wanted or 'nothing'}, and one picture is all that it can be given")
    picture = pictures[0]
    batch, *shape = picture.shape
    if isinstance(batch, int) and batch > 1:
        raise UnknownForm(f"it wants {batch} pictures at a time; export it for one")
    rows_first = shape[2] in (1, 3) and shape[0] not in (1, 3)
    channels, height, width = (shape[2], shape[0], shape[1]) if rows_first else shape
    if isinstance(channels, int) and channels not in (1, 3):
        raise UnknownForm(f"it wants pictures of {channels} colours")
    high, wide = _open_size(notes)
    return Input(
        picture.name,
        _side(height, high),
        _side(width, wide),
        1 if channels == 1 else 3,
        TYPES[picture.type],
        rows_first,
        _stride(notes),
        sizes[0].name if sizes else "",
        WHOLE_NUMBERS[sizes[0].type] if sizes else np.int64,
    )


def _side(given: Any, most: int) -> int:
    if not isinstance(given, int) or given < 1:
        return -most
    if not SMALLEST <= given <= LARGEST:
        raise UnknownForm(f"it wants pictures of {given} pixels a side; {SMALLEST} to {LARGEST} are possible")
    return given


def _open_size(notes: Mapping[str, str]) -> tuple[int, int]:
    """The height and width for which it was made."""
    numbers = [int(number) for number in re.findall(r"\d{1,5}", notes.get("imgsz", "")[:100])][:2]
    if not numbers or not all(SMALLEST <= number <= LARGEST for number in numbers):
        return LONGEST, LONGEST
    return numbers[0], numbers[-1]


def _stride(notes: Mapping[str, str]) -> int:
    text = notes.get("stride", "")
    stride = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return stride if 1 <= stride <= MOST_STRIDE else 32


def names_in(notes: Mapping[str, str]) -> Mapping[int, str] | None:
    """The names of the classes by their numbers, as exporters note them under `names`; None where there are none."""
    text = notes.get("names", "")
    if not text or len(text) > MOST_TEXT:
        return None
    try:
        names = ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    pairs = (
        names.items()
        if isinstance(names, dict)
        else enumerate(names)
        if isinstance(names, list | tuple)
        else ()
    )
    found = {
        number: name for key, name in pairs if (number := _number(key)) is not None and isinstance(name, str)
    }
    return {number: shown(name) for number, name in found.items()} if 0 < len(found) <= MOST_NAMES else None


def _number(key: object) -> int | None:
    text = str(key)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def shown(name: str) -> str:
    """At most 40 characters that can be printed, on one line."""
    return "".join(letter if letter.isprintable() else " " for letter in name)[:40].strip() or "thing"
