"""Piper voices on onnxruntime by the package piper (GPL-3.0, which stays behind this module)."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import onnxruntime
from piper import PiperVoice
from piper.config import PiperConfig, SynthesisConfig

from actors.speech.engines.engine import EngineBroken, Sound
from actors.vocabulary.words import tone_of


class Piper:
    """One Piper voice. A piece of its sound is one sentence of the text.

    A model may have several speakers; `moods` names the one for a mood (positive, negative, neutral)."""

    unread: tuple[str, ...] = ()

    def __init__(
        self,
        model: Path,
        *,
        threads: int = 1,
        pace: float = 1.0,
        speaker: str = "",
        moods: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """pace: 1 is its own, 2 twice as fast. speaker: one of the model's by name, "" for its first.

        Raises EngineBroken. `model` is the .onnx file, its .onnx.json beside it."""
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
        if speaker and speaker not in config.speaker_id_map:
            known = ", ".join(sorted(config.speaker_id_map)) or "none"
            raise EngineBroken(f"{model} has no speaker {speaker}; it has {known}", remedy)
        self._scale = (config.length_scale or 1.0) / pace
        self._how = self._spoken_by(config.speaker_id_map.get(speaker))
        speakers = {mood: config.speaker_id_map.get(name) for mood, name in moods.items()}
        self._moods = {mood: self._spoken_by(one) for mood, one in speakers.items() if one is not None}
        self.rate = int(config.sample_rate)
        self.language = str(config.espeak_voice or "en").split("-")[0].replace("cmn", "zh")

    def _spoken_by(self, speaker: int | None) -> SynthesisConfig:
        return SynthesisConfig(speaker_id=speaker, length_scale=self._scale)

    def rest(self) -> None:
        """Give back what onnxruntime keeps of what the longest sentences needed: as much again as the voice."""
        with contextlib.suppress(Exception):  # a voice that fails is told of when it is to speak
            self._shrink()

    def _shrink(self) -> None:
        """Say nothing, and keep nothing."""
        options = onnxruntime.RunOptions()
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        ids = np.array([self._voice.phonemes_to_ids([])], np.int64)
        given = {
            "input": ids,
            "input_lengths": np.array([ids.size], np.int64),
            "scales": np.array([0.0, 1.0, 0.0], np.float32),
            "sid": np.array([0], np.int64),
        }
        wanted = {one.name for one in self._voice.session.get_inputs()}
        self._voice.session.run(None, {name: given[name] for name in wanted}, options)

    def synthesize(self, text: str) -> Iterator[Sound]:
        """The sound of `text`, a sentence at a time."""
        how = self._moods.get(tone_of(text), self._how) if self._moods else self._how
        for chunk in self._voice.synthesize(text, how):
            if chunk.audio_int16_array.size:
                yield chunk.audio_int16_array
