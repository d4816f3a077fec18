"""One order of colours, whatever a picture came in."""

import cv2
import numpy as np

from actors.kernel.media.frame_ring import Picture


def coloured(picture: Picture) -> Picture:
    """BGR, from BGR, BGRA or grey, with or without a third axis."""
    channels = picture.shape[2] if picture.ndim == 3 else 1
    if channels == 3:
        return picture
    if channels > 3:
        return picture[:, :, :3]
    return np.asarray(
        cv2.cvtColor(
            np.ascontiguousarray(picture.reshape(*picture.shape[:2], -1)[:, :, :1]), cv2.COLOR_GRAY2BGR
        ),
        np.uint8,
    )
