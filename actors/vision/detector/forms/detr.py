"""RT-DETR, D-FINE and their kin: a fixed number of boxes with a score for each class, or sorted out already."""

import numpy as np

from actors.vision.detector.forms.form import (
    Array,
    Floats,
    Form,
    Found,
    Outputs,
    Size,
    UnknownForm,
    corners,
    floats,
    found,
    in_pixels,
)


def is_detr(outputs: Outputs) -> bool:
    """One output is (1, n, 4), another (1, n, classes)."""
    return _pair(outputs) is not None


def is_sorted(outputs: Outputs) -> bool:
    """Labels, boxes and scores, as exports with their own post-processing give them."""
    return _triple(outputs) is not None


def _pair(outputs: Outputs) -> tuple[Array, Array] | None:
    lists = {name: one for name, one in outputs.items() if one.ndim == 3 and one.shape[0] == 1}
    # three classes and 'nothing' are four columns too: then the names tell
    boxes = sorted(
        (name for name, one in lists.items() if one.shape[2] == 4), key=lambda name: "box" not in name
    )
    scores = [one for name, one in lists.items() if name not in boxes[:1]]
    if not boxes or len(scores) != 1 or lists[boxes[0]].shape[1] != scores[0].shape[1]:
        return None
    return lists[boxes[0]][0], scores[0][0]


def _triple(outputs: Outputs) -> tuple[Array, Array, Array] | None:
    """Boxes, scores and labels."""
    boxes = [one[0] for one in outputs.values() if one.ndim == 3 and one.shape[0] == 1 and one.shape[2] == 4]
    flat = [one[0] for one in outputs.values() if one.ndim == 2 and one.shape[0] == 1]
    scores = [one for one in flat if one.dtype.kind == "f"]
    labels = [one for one in flat if one.dtype.kind in "iu"]
    if (len(boxes), len(scores), len(labels)) != (1, 1, 1):
        return None
    if not len(boxes[0]) == len(scores[0]) == len(labels[0]):
        return None
    return boxes[0], scores[0], labels[0]


def detr(kinds: int | None) -> Form:
    """kinds: how many classes the file names. One more is 'nothing', and then they compete."""

    def decode(outputs: Outputs, size: Size, least: float) -> Found:
        pair = _pair(outputs)
        if pair is None:
            raise UnknownForm("it gives other lists than before")
        boxes, scores = pair[0], _probabilities(floats(pair[1]), kinds)
        best = scores.argmax(axis=1)
        edges = corners(in_pixels(floats(boxes), size))
        return found(edges, scores[np.arange(len(scores)), best], best, least)

    return Form("RT-DETR", decode, fills=True)


def _probabilities(scores: Floats, kinds: int | None) -> Floats:
    if scores.size and float(scores.min()) >= 0.0 and float(scores.max()) <= 1.0:
        return scores
    if kinds is not None and scores.shape[1] == kinds + 1:
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return floats(powers / powers.sum(axis=1, keepdims=True))[:, :-1]
    return floats(1.0 / (1.0 + np.exp(-np.clip(scores, -80.0, 80.0))))


def _sorted(outputs: Outputs, size: Size, least: float) -> Found:
    triple = _triple(outputs)
    if triple is None:
        raise UnknownForm("it gives other lists than before")
    boxes, scores, labels = triple
    return found(in_pixels(floats(boxes), size), scores, labels, least)


SORTED = Form("D-FINE", _sorted, fills=True, overlaps=False)
