"""A network of depth on onnxruntime: an owner's, for none comes with Gerald."""

import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from actors.kernel.media.frame_ring import Picture
from actors.vision.depth.form import Array, UnknownForm, depth_map, form_of, metres_of, shrunk, tensor
from actors.vision.networks.model_file import NetworkBroken, own
from actors.vision.networks.session import NetworkFails, open_session, run
from actors.vision.networks.trial import ENDED, Trial
from config.schema import ComputerVision

KEY = "computer_vision.depth_model"
REMEDY = f"choose another {KEY}, or null for none"


class DepthNetwork:
    """Not for several threads at once. name: of the file. took: seconds of the last picture."""

    def __init__(self, data: bytes, name: str, trial: Trial | None = None) -> None:
        """Loads and tries it. Raises NetworkFails. trial: of one that has not yet looked at a picture."""
        self.name = name
        self.took = 0.0
        self._session = open_session(data, 1)
        notes = self._session.get_modelmeta().custom_metadata_map or {}
        outputs = [output.name for output in self._session.get_outputs()]
        try:
            self.form = form_of(self._session.get_inputs(), outputs, notes, Path(name).name)
        except UnknownForm as unknown:
            raise NetworkFails(str(unknown)) from None
        self._size = self._tried()
        self._trial = trial

    def shrunk(self, picture: Picture) -> Picture:
        """A small copy of a picture (BGR), for `depth`."""
        return shrunk(picture, self.form, self._size)

    def depth(self, picture: Picture, fov: float) -> Array:
        """Metres, or inverse distances without a scale, of a picture that was shrunk: float32, shape (height, width).

        Raises NetworkFails."""
        begun = time.perf_counter()
        trial, self._trial = self._trial, None
        with trial.under_way() if trial is not None else nullcontext():
            values = self._given(picture, self._size)
        if trial is not None:
            trial.passed()
        self.took = time.perf_counter() - begun
        return metres_of(values, self.form, fov, picture.shape[0]) if self.form.metric else values

    def _tried(self) -> tuple[int, int]:
        """The first of its sizes that it works with."""
        *others, last = self.form.sizes
        for size in others:
            try:
                self._given(np.full((*size, 3), 128, np.uint8), size)
            except NetworkFails:
                continue
            return size
        self._given(np.full((*last, 3), 128, np.uint8), last)
        return last

    def _given(self, picture: Picture, size: tuple[int, int]) -> Array:
        outputs = run(self._session, {self.form.name: tensor(picture, self.form, size)})
        try:
            values = depth_map(outputs)
        except UnknownForm as unknown:
            raise NetworkFails(str(unknown)) from None
        # Of what it gave, the part that the picture filled.
        down = -(-picture.shape[0] * values.shape[0] // size[0])
        across = -(-picture.shape[1] * values.shape[1] // size[1])
        return values[:down, :across]


def open_network(vision: ComputerVision, home: Path) -> DepthNetwork | None:
    """The owner's network; None without one. Raises NetworkBroken."""
    if vision.depth_model is None:
        return None
    path, data = own(home, vision.depth_model, KEY)
    trial = Trial(home, data)
    if trial.is_hopeless:
        raise NetworkBroken(f"{path} {ENDED}", f"{REMEDY}; or delete {trial.notes}")
    try:
        with trial.under_way():
            return DepthNetwork(data, str(path), trial)
    except NetworkFails as fails:
        raise NetworkBroken(f"{path} cannot be used: {fails}", REMEDY) from None
