"""A network on onnxruntime: loaded from bytes, tried once, and stopped when it takes too long."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from actors.kernel.media.frame_ring import Picture
from actors.vision.detector.forms.choice import described, form_of
from actors.vision.detector.forms.form import Form, Found, Outputs, Size, UnknownForm
from actors.vision.detector.inputs import Input, input_of, names_in
from actors.vision.detector.placement import GREY, Placement, placed
from actors.vision.networks.session import TOO_LONG, NetworkFails, one_line, open_session, run

WIDE = (576, 1024)  # height and width of the picture with which it is tried


class Network:
    """Not for several threads at once. names: of the classes, by their numbers; None where the file has none."""

    def __init__(self, data: bytes, threads: int = 1) -> None:
        """Loads and tries it. Raises NetworkFails."""
        self._session = open_session(data, threads)
        notes = self._session.get_modelmeta().custom_metadata_map or {}
        self.names = names_in(notes)
        try:
            self._input: Input = input_of(self._session.get_inputs(), notes)
        except UnknownForm as unknown:
            raise NetworkFails(str(unknown)) from None
        self.form = self._tried(len(self.names) if self.names is not None else None)

    def placement(self, height: int, width: int) -> Placement:
        """Where a camera's picture of this size lies in the network's."""
        i = self._input
        return placed(height, width, (i.height, i.width), i.stride, fills=self.form.fills)

    def find(self, picture: Picture, least: float) -> Found:
        """What scores at least `least` in a picture (BGR) of the placement's size. Raises NetworkFails."""
        outputs = self._run(self._input.tensors(picture, self.form))
        with _decoding(outputs):
            return self.form.decode(outputs, Size(*picture.shape[:2]), least)

    def _tried(self, kinds: int | None) -> Form:
        """Its family, by what it gives for a grey picture."""
        i = self._input
        at = placed(*WIDE, (i.height, i.width), i.stride, fills=False)
        picture = np.full((at.height, at.width, 3), GREY, np.uint8)
        outputs = self._run(i.tensors(picture, None))
        with _decoding(outputs):
            form = form_of(outputs, Size(at.height, at.width), kinds)
            form.decode(outputs, Size(at.height, at.width), 0.5)
            return form

    def _run(self, tensors: Mapping[str, Any]) -> Outputs:
        return run(self._session, tensors, TOO_LONG)


@contextmanager
def _decoding(outputs: Outputs) -> Iterator[None]:
    """Whatever a decoder trips over, numpy's and OpenCV's errors included, comes from somebody's file."""
    try:
        with np.errstate(all="ignore"):  # infinite boxes are sorted out later
            yield
    except UnknownForm as unknown:
        raise NetworkFails(str(unknown)) from None
    except Exception as error:
        shapes = described(outputs)
        raise NetworkFails(f"what it gives cannot be read ({shapes}): {one_line(error)}") from None
