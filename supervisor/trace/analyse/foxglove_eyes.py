"""What the eyes see, for Foxglove's image panel: the newest picture, and boxes, names and distances on it."""

from collections.abc import Callable, Mapping
from typing import Any

import foxglove
from foxglove.channels import CompressedImageChannel, ImageAnnotationsChannel
from foxglove.messages import (
    Color,
    CompressedImage,
    ImageAnnotations,
    Point2,
    PointsAnnotation,
    PointsAnnotationType,
    TextAnnotation,
    Timestamp,
)

PICTURE, SEEN = "/eyes/picture", "/eyes/seen"
FRAME = "eyes"
INK, BAR = Color(r=1.0, g=1.0, b=1.0, a=1.0), Color(r=0.1, g=0.1, b=0.1, a=0.7)
NAMED, UNNAMED, THING = (
    Color(r=0.24, g=0.78, b=0.44, a=1.0),
    Color(r=1.0, g=0.63, b=0.24, a=1.0),
    Color(r=0.24, g=0.59, b=0.86, a=1.0),
)


class LiveEyes:
    """Two channels of `context`. look: the newest answer to the request `look`, None while the eyes are closed.

    label: who or what a sight is, in a few words."""

    def __init__(
        self,
        context: foxglove.Context,
        look: Callable[[], Mapping[str, Any] | None],
        label: Callable[[Mapping[str, Any]], str],
    ) -> None:
        self._picture = CompressedImageChannel(PICTURE, context=context)
        self._seen = ImageAnnotationsChannel(SEEN, context=context)
        self._look = look
        self._label = label
        self._last = 0.0

    def pass_on(self) -> bool:
        """Send the newest picture, if there is one that was not sent and anybody who wants it."""
        if not (self._picture.has_sinks() or self._seen.has_sinks()):
            return False
        found = self._look()
        if found is None or not found["picture"] or found["pictured_at"] == self._last:
            return False
        self._last = at = found["pictured_at"]
        stamp = Timestamp.from_epoch_secs(at)
        image = CompressedImage(timestamp=stamp, frame_id=FRAME, data=found["picture"], format="jpeg")
        self._picture.log(image, log_time=round(at * 1e9))
        self._seen.log(self._annotations(found, stamp), log_time=round(at * 1e9))
        return True

    def _annotations(self, found: Mapping[str, Any], stamp: Timestamp) -> ImageAnnotations:
        height, width = found["height"], found["width"]
        points, texts = [], []
        for one in found["sights"]:
            box, colour = one["box"], _colour(one)
            left, top = box["left"] * width, box["top"] * height
            right, bottom = left + box["width"] * width, top + box["height"] * height
            corners = ((left, top), (right, top), (right, bottom), (left, bottom))
            points.append(
                PointsAnnotation(
                    timestamp=stamp,
                    type=PointsAnnotationType.LineLoop,
                    points=[Point2(x=x, y=y) for x, y in corners],
                    outline_color=colour,
                    thickness=3.0 if one["found"] else 1.0,
                )
            )
            texts.append(
                TextAnnotation(
                    timestamp=stamp,
                    position=Point2(x=left, y=max(0.0, top - 4.0)),
                    text=self._label(one),
                    font_size=max(8.0, height / 30.0),
                    text_color=INK,
                    background_color=BAR,
                )
            )
        return ImageAnnotations(timestamp=stamp, points=points, texts=texts)


def _colour(sight: Mapping[str, Any]) -> Color:
    if sight["person"]:
        return NAMED
    return UNNAMED if sight["kind"] == "person" else THING
