"""What was found several times counts once. Pure."""

import cv2
import numpy as np

from actors.vision.detector.forms.form import Found

OVERLAP = 0.5  # share of two boxes' area that they have in common, above which they are one thing
MOST_COMPARED = 1000
MOST = 50  # detections in a picture


def without_doubles(found: Found, *, overlaps: bool = True) -> Found:
    """The surest of each thing, the surest first, MOST at most. overlaps: whether there can be doubles at all."""
    boxes, scores, kinds = _surest(found, MOST_COMPARED if overlaps else MOST)
    if overlaps and len(scores):
        corners, extents = boxes[:, :2], boxes[:, 2:] - boxes[:, :2]
        rectangles = np.concatenate((corners, extents), axis=1)
        # pads the boxes of each class to a place of its own: those of two classes never overlap
        kept = np.asarray(
            cv2.dnn.NMSBoxesBatched(rectangles.tolist(), scores.tolist(), kinds.tolist(), 0.0, OVERLAP)
        ).ravel()
        boxes, scores, kinds = boxes[kept], scores[kept], kinds[kept]
    return _surest(Found(boxes, scores, kinds), MOST)


def _surest(found: Found, most: int) -> Found:
    """In order. What has no place or no extent is nothing."""
    boxes, scores, kinds = found
    sensible = np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    order = np.flatnonzero(sensible)[np.argsort(-scores[sensible], kind="stable")[:most]]
    return Found(boxes[order], scores[order], kinds[order])
