"""Models on onnxruntime, on one thread each: what they compute is short, and both cores have other work."""

from pathlib import Path

import onnxruntime

from actors.speech.engines.engine import EngineBroken


def session(model: Path) -> onnxruntime.InferenceSession:
    """`model` (.onnx), loaded. Raises EngineBroken when it cannot be."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # it would keep what its largest run needed
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own, unrelated to one another
        raise EngineBroken(f"{model} is not a usable model: {error}", "Run `make setup`.") from error
