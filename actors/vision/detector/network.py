"""A network on onnxruntime: loaded from bytes, tried once, and stopped when it takes too long."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import onnxruntime

from actors.kernel.media.frame_ring import Picture
from actors.vision.detector.forms.choice import described, form_of
from actors.vision.detector.forms.form import Form, Found, Outputs, Size, UnknownForm
from actors.vision.detector.inputs import Input, input_of, names_in
from actors.vision.detector.placement import GREY, Placement, placed

TOO_LONG = 5.0  # seconds for one picture; half of what an actor's handler may take
MOST_OUTPUTS = 64 << 20  # numbers
WIDE = (576, 1024)  # height and width of the picture with which it is tried


class NetworkFails(Exception):
    """The network cannot be loaded, or gives nothing that can be used: one line of why."""


class Network:
    """Not for several threads at once. names: of the classes, by their numbers; None where the file has none."""

    def __init__(self, data: bytes, threads: int = 1) -> None:
        """Loads and tries it. Raises NetworkFails."""
        self._session = _session(data, threads)
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
        names = [output.name for output in self._session.get_outputs()]
        with _stopped_after(TOO_LONG) as (options, stopped):
            try:
                values = self._session.run(None, dict(tensors), options)
            except Exception as error:  # onnxruntime raises classes of its own, unrelated to one another
                late = f"it takes more than {TOO_LONG:g} s for a picture"
                raise NetworkFails(late if stopped.is_set() else one_line(error)) from None
        outputs = {
            name: value for name, value in zip(names, values, strict=True) if isinstance(value, np.ndarray)
        }
        _check(outputs)
        return outputs


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


def _check(outputs: Outputs) -> None:
    numbers = sum(output.size for output in outputs.values())
    if numbers > MOST_OUTPUTS:
        raise NetworkFails(f"it gives {numbers} numbers for a picture; {MOST_OUTPUTS} are possible")
    for name, output in outputs.items():
        if output.dtype.kind not in "fiub":
            raise NetworkFails(f"its output {name[:20]} is no numbers but {output.dtype}")
        if output.dtype.kind == "f" and bool(np.isnan(output).any()):
            raise NetworkFails(f"its output {name[:20]} has values that are no numbers (NaN)")


def _session(data: bytes, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # a thread that waits for work by spinning takes a core that others need
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        # without the fallback, which prints what fails and tries it again
        return onnxruntime.InferenceSession(data, options, ["CPUExecutionProvider"], enable_fallback=0)
    except Exception as error:
        raise NetworkFails(one_line(error)) from None


@contextmanager
def _stopped_after(seconds: float) -> "Iterator[tuple[onnxruntime.RunOptions, threading.Event]]":
    """Options of a run that ends by itself, and whether it was ended."""
    options, stopped = onnxruntime.RunOptions(), threading.Event()
    options.log_severity_level = 4

    def stop() -> None:
        stopped.set()
        options.terminate = True

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield options, stopped
    finally:
        timer.cancel()


WHAT_IT_MEANS = (
    (
        r"(?i)external.?data|model_path must not be empty|SystemError|HasExternalData",
        "it keeps its weights in another file; export it as a single one",
    ),
    (r"(?i)protobuf parsing failed", "it is not an ONNX file, or not whole"),
    (r"(?i)ir.?version.*(higher|max supported)", "it is of a newer ONNX than this onnxruntime knows"),
    (
        r"(?i)opset \d+ is under development|only \*guarantees\* support",
        "it is of a newer opset than this onnxruntime knows",
    ),
    (r"(?i)failed to allocate memory|bad_alloc", "it asks for more memory than there is"),
)
ITS_OWN_PLACES = (
    r"\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : |\S+\.(?:cc|h):\d+ \S+ |\S*onnxruntime::\S+ ?|^void\W+"
)


def one_line(error: Exception) -> str:
    """What onnxruntime says, in one line of at most 200 characters and without places in its own source."""
    text = re.sub(r"\s+", " ", str(error))
    for pattern, meaning in WHAT_IT_MEANS:
        if re.search(pattern, text):
            return meaning
    if node := re.search(r"while running (\w+) node", text):
        return f"it fails at one of its {node[1]} nodes"
    text = text[max(0, text.find("This is an invalid model")) :]
    return re.sub(ITS_OWN_PLACES, "", text)[:200].strip() or type(error).__name__
