"""Which family a network is of: told from the shapes of what it gives for a picture."""

from actors.vision.detector.classes import COCO
from actors.vision.detector.forms.centernet import CENTERNET, is_centernet
from actors.vision.detector.forms.detr import SORTED, detr, is_detr, is_sorted
from actors.vision.detector.forms.form import Array, Form, Outputs, Size, UnknownForm
from actors.vision.detector.forms.yolo import YOLO_ROWS, YOLOV5, YOLOV8, YOLOV10, is_final
from actors.vision.detector.forms.yolox import YOLOX, strides_of


def form_of(outputs: Outputs, size: Size, kinds: int | None) -> Form:
    """The family. size: of the picture that was given. kinds: how many classes the file names, if it does.

    Raises UnknownForm."""
    if is_centernet(outputs):
        return CENTERNET
    if is_sorted(outputs):
        return SORTED
    if is_detr(outputs):
        return detr(kinds)
    lists = [output[0] for output in outputs.values() if output.ndim == 3 and output.shape[0] == 1]
    form = _of_list(lists[0], size, kinds) if lists else None
    if form is None:
        raise UnknownForm(f"what it gives is of no detector that is known: {described(outputs)}")
    return form


def _of_list(rows: Array, size: Size, kinds: int | None) -> Form | None:
    count, columns = rows.shape
    classes = len(COCO) if kinds is None else kinds
    one_kind = kinds == 1 and bool(strides_of(count, size) or strides_of(count // 3, size))
    if is_final(rows) and not one_kind:
        return YOLOV10
    if count == classes + 4 and columns != classes + 5:
        return YOLOV8
    if columns == classes + 5:
        return YOLOX if strides_of(count, size) else YOLOV5
    if columns == classes + 4:
        return YOLO_ROWS
    return _unnamed(count, columns, size) if kinds is None else None


def _unnamed(count: int, columns: int, size: Size) -> Form | None:
    """Without names the number of classes is not known, and the longer side is that of the boxes."""
    if min(count, columns) < 5:
        return None
    if count < columns:
        return YOLOV8
    if columns > 5:
        return YOLOX if strides_of(count, size) else YOLOV5
    return YOLO_ROWS


def described(outputs: Outputs) -> str:
    """The names and shapes of outputs, shortened."""
    shapes = [f"{name[:20]} {'x'.join(map(str, output.shape))}" for name, output in outputs.items()]
    return ", ".join(shapes[:6]) + (" and more" if len(shapes) > 6 else "") or "nothing"
