"""Whether the embedded models are there, with their sums, and the owner's own files too."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.files import located, read_limited
from config.format import count
from config.models import CACHE_LIMIT, check_all, load_models
from config.schema import Config
from supervisor.doctor.finding import Finding, Findings, ok, problem
from supervisor.doctor.subject import Subject

CACHE = "models.verified.json"
SETUP = "`make setup` installs what is missing"


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """files: how many are listed. errors: one line for each that is missing or damaged, with what to do. missing: the
    owner's own files that are not there, by their keys."""

    files: int
    errors: tuple[str, ...] = ()
    missing: tuple[tuple[str, Path], ...] = ()


def gather(subject: Subject) -> ModelFacts:
    """Reads every file that changed since its sum was last computed. Raises LoadError for the list itself."""
    listed = load_models(subject.models)
    with tempfile.TemporaryDirectory(prefix="gerald-doctor-") as folder:
        # A copy: the home is left as it is, whoever runs this.
        known = Path(folder) / CACHE
        with contextlib.suppress(OSError):
            known.write_bytes(read_limited(subject.home.data / CACHE, CACHE_LIMIT))
        errors = tuple(str(error) for error in check_all(listed, known))
    return ModelFacts(len(listed), errors, tuple(_missing(subject.config, subject.home.path)))


def _missing(config: Config, home: Path) -> Iterator[tuple[str, Path]]:
    named = {
        "llm.local.model_path": config.llm.local.model_path,
        "speech.recognizer_model": config.speech.recognizer_model,
        "audio.voice_model": config.audio.voice_model,
        "computer_vision.detector_model": _in_models(config.computer_vision.detector_model),
        **{f"speech.voices.{language}": path for language, path in config.speech.voices.items()},
    }
    for key, path in named.items():
        if path and not (place := located(home, path)).exists():
            yield key, place


def _in_models(given: str | None) -> str | None:
    """Detectors of an owner lie below Models/, where no other place is given."""
    return given if not given or given[0] in "/~" or given.startswith("Models/") else f"Models/{given}"


def judge(facts: ModelFacts) -> Findings:
    """Each file that is not as it should be is a problem."""
    found = (*map(_error, facts.errors), *(_own(key, path) for key, path in facts.missing))
    return found or (
        ok(f"{count(facts.files, 'file')} of the embedded models have the right sums, as far as installed"),
    )


def _error(line: str) -> Finding:
    what, _, remedy = line.rpartition("; ")
    return problem(what or line, remedy if what else SETUP)


def _own(key: str, path: Path) -> Finding:
    return problem(f"there is no {path}, which {key} names", f"bring the file there, or correct {key}")
