"""Looking for people and things: a network, and what of it is believed."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from actors.kernel.media.frame_ring import Picture
from actors.vision.detector.classes import COCO
from actors.vision.detector.forms.form import Found
from actors.vision.detector.model_file import EMBEDDED_NAME, KEY, embedded
from actors.vision.detector.network import Network
from actors.vision.detector.placement import Placement, seen_at
from actors.vision.detector.suppression import without_doubles
from actors.vision.messages import PERSON, Box, Detection
from actors.vision.networks.model_file import NetworkBroken, own
from actors.vision.networks.session import NetworkFails
from actors.vision.networks.trial import ENDED, Trial
from config.schema import ComputerVision

# As what people are known to detectors, which were not all made for photographs.
PEOPLE = frozenset({"person", "people", "human", "player", "avatar", "pedestrian"})


class Belief(NamedTuple):
    """least: the score from which on it counts. people_only: other kinds are taken for mistakes."""

    least: float
    people_only: bool


# What the embedded one says of other things is wrong in VRChat's worlds: buses and books on its menus.
EMBEDDED_BELIEF = Belief(0.25, people_only=True)
OWN_BELIEF = Belief(0.4, people_only=False)
EMBEDDED_REMEDY = "restore Models/centernet.onnx from git, or install Gerald again"


class Search:
    """name: of the file. took: seconds of the last picture. in_place_of: what it is used for instead.

    trial: of a network that has not yet looked at a picture."""

    def __init__(
        self,
        name: str,
        network: Network,
        belief: Belief,
        trial: Trial | None = None,
        in_place_of: NetworkBroken | None = None,
    ) -> None:
        self.name = name
        self.took = 0.0
        self.in_place_of = in_place_of
        self._trial = trial
        self._network = network
        self._belief = belief
        self._names = kinds_of(network.names)

    def placement(self, height: int, width: int) -> Placement:
        """Where a camera's picture of this size has to lie in the picture for `found`."""
        return self._network.placement(height, width)

    def found(self, picture: Picture, placement: Placement) -> tuple[Detection, ...]:
        """Who and what is in a picture that was shrunk to `placement`, the surest first. Raises NetworkFails."""
        begun = time.perf_counter()
        found = self._find(picture)
        found = without_doubles(found, overlaps=self._network.form.overlaps)
        seen = detections(found, placement, self._names, people_only=self._belief.people_only)
        self.took = time.perf_counter() - begun
        return seen

    def _find(self, picture: Picture) -> Found:
        trial, self._trial = self._trial, None
        if trial is None:
            return self._network.find(picture, self._belief.least)
        with trial.under_way():
            found = self._network.find(picture, self._belief.least)
        trial.passed()
        return found


def kinds_of(names: Mapping[int, str] | None) -> Mapping[int, str]:
    """The name of each class, with one word for people."""
    given = names if names is not None else dict(enumerate(COCO))
    return {number: PERSON if name.lower() in PEOPLE else name for number, name in given.items()}


def detections(
    found: Found, placement: Placement, names: Mapping[int, str], *, people_only: bool
) -> tuple[Detection, ...]:
    """What was found, as it is told; what lies outside of the camera's picture is left out."""
    told: list[Detection] = []
    for edges, score, kind in zip(
        found.boxes.tolist(), found.scores.tolist(), found.kinds.tolist(), strict=True
    ):
        name = names.get(kind, f"thing {kind}")
        box: Box | None = seen_at(tuple(edges), placement)
        if box is not None and (name == PERSON or not people_only):
            told.append(Detection(name, min(score, 1.0), box))
    return tuple(told)


def open_search(vision: ComputerVision, home: Path) -> Search | None:
    """What computer_vision asks for; None where nothing is to be looked for. Raises NetworkBroken."""
    if not vision.object_detection:
        return None
    if vision.detector_model is None:
        return _embedded(vision)
    path, data = own(home, vision.detector_model, KEY)
    trial = Trial(home, data)
    if trial.is_hopeless:
        return _embedded(
            vision, NetworkBroken(f"{path} {ENDED}", f"choose another {KEY}, or delete {trial.notes}")
        )
    try:
        with trial.under_way():
            return Search(str(path), Network(data, vision.detector_threads), OWN_BELIEF, trial)
    except NetworkFails as fails:
        raise NetworkBroken(f"{path} cannot be used: {fails}", remedy_for(vision)) from None


def _embedded(vision: ComputerVision, in_place_of: NetworkBroken | None = None) -> Search:
    try:
        network = Network(embedded(), vision.detector_threads)
    except NetworkFails as fails:
        raise NetworkBroken(f"{EMBEDDED_NAME} cannot be used: {fails}", EMBEDDED_REMEDY) from None
    return Search(EMBEDDED_NAME, network, EMBEDDED_BELIEF, in_place_of=in_place_of)


def remedy_for(vision: ComputerVision) -> str:
    """What to do about a network that is there and of no use."""
    if vision.detector_model is None:
        return EMBEDDED_REMEDY
    return "choose another computer_vision.detector_model, or null for the embedded one"
