"""Networks on onnxruntime: opened from bytes, run for a limited time, and judged by what they give."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

TOO_LONG = 5.0  # seconds for one picture; half of what an actor's handler may take
MOST_OUTPUTS = 64 << 20  # numbers

Outputs = Mapping[str, npt.NDArray[Any]]


class NetworkFails(Exception):
    """The network cannot be loaded, or gives nothing that can be used: one line of why."""


def run(
    session: onnxruntime.InferenceSession, tensors: Mapping[str, Any], too_long: float | None = None
) -> Outputs:
    """What it gives, by the names of its outputs. Raises NetworkFails, also after `too_long` seconds, or TOO_LONG."""
    too_long = TOO_LONG if too_long is None else too_long
    names = [output.name for output in session.get_outputs()]
    with _stopped_after(too_long) as (options, stopped):
        try:
            values = session.run(None, dict(tensors), options)
        except Exception as error:  # onnxruntime raises classes of its own, unrelated to one another
            late = f"it takes more than {too_long:g} s for a picture"
            raise NetworkFails(late if stopped.is_set() else one_line(error)) from None
    outputs = {
        name: value for name, value in zip(names, values, strict=True) if isinstance(value, np.ndarray)
    }
    _check(outputs)
    return outputs


def _check(outputs: Outputs) -> None:
    numbers = sum(output.size for output in outputs.values())
    if numbers > MOST_OUTPUTS:
        raise NetworkFails(f"it gives {numbers} numbers for a picture; {MOST_OUTPUTS} are possible")
    for name, output in outputs.items():
        if output.dtype.kind not in "fiub":
            raise NetworkFails(f"its output {name[:20]} is no numbers but {output.dtype}")
        if output.dtype.kind == "f" and bool(np.isnan(output).any()):
            raise NetworkFails(f"its output {name[:20]} has values that are no numbers (NaN)")


def open_session(data: bytes, threads: int) -> onnxruntime.InferenceSession:
    """Raises NetworkFails."""
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
