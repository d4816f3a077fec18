"""Piper voices on onnxruntime by the package piper (GPL-3.0, which stays behind this module)."""

import json
from collections.abc import Iterator
from pathlib import Path

import onnxruntime
from piper import PiperVoice
from piper.config import PiperConfig, SynthesisConfig

from actors.speech.engines.engine import EngineBroken, Sound


class Piper:
    """One Piper voice. A piece of its sound is one sentence of the text."""

    unread: tuple[str, ...] = ()

    def __init__(self, model: Path, *, threads: int = 1, pace: float = 1.0) -> None:
        """pace: 1 is its own, 2 twice as fast. Raises EngineBroken.

        `model` is the .onnx file, its .onnx.json beside it."""
        remedy = (
            "Put the voice's .onnx and .onnx.json there, or remove audio.voice_model for the embedded voice."
        )
        described = model.with_name(model.name + ".json")
        for path in (model, described):
            if not path.is_file():
                raise EngineBroken(f"{path}: no such file", remedy)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        try:
            config = PiperConfig.from_dict(json.loads(described.read_text(encoding="utf-8")))
            session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises classes of its own, unrelated to one another
            raise EngineBroken(f"{model} is not a usable Piper voice: {error}", remedy) from error
        self._voice = PiperVoice(session=session, config=config)
        self._how = SynthesisConfig(length_scale=(config.length_scale or 1.0) / pace)
        self.rate = int(config.sample_rate)
        self.language = str(config.espeak_voice or "en").split("-")[0].replace("cmn", "zh")

    def synthesize(self, text: str) -> Iterator[Sound]:
        """The sound of `text`, a sentence at a time."""
        for chunk in self._voice.synthesize(text, self._how):
            if chunk.audio_int16_array.size:
                yield chunk.audio_int16_array
