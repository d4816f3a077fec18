"""The file of a network: the embedded one, or an owner's. It is read whole, so that it can name no other file."""

import hashlib
from pathlib import Path

from config.files import NoHomeFolder, list_path, located, read_limited

EMBEDDED = "centernet.onnx"
EMBEDDED_NAME = "MobileNetV3-CenterNet"
SHA256 = "703f830eb911d2059441c816bb5815dc58cffcbb09fdaad852261bbc5c239853"  # as Models/models.yaml lists it
LARGEST = 512 << 20  # bytes
KEY = "computer_vision.detector_model"


class NetworkBroken(Exception):
    """There is no network to look with: the message says which file and why, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def embedded() -> bytes:
    """The embedded network. Raises NetworkBroken, also when it is not the one that was listed."""
    path = list_path().parent / EMBEDDED
    remedy = "restore it from git, or install Gerald again"
    data = _read(path, remedy)
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise NetworkBroken(f"{path} is not the file that Models/models.yaml lists", remedy)
    return data


def own(home: Path, given: str) -> tuple[Path, bytes]:
    """What an owner's computer_vision.detector_model names, relative to Models/ in the home. Raises NetworkBroken."""
    path = own_path(home, given)
    return path, _read(path, f"bring the file there, or correct {KEY}")


def own_path(home: Path, given: str) -> Path:
    """Where it must be; a relative path may not lead out of Models/. Raises NetworkBroken."""
    path = Path(given)
    within = path.parts[1:] if path.parts[:1] == ("Models",) else path.parts
    try:
        place = located(home / "Models", Path(*within))
    except NoHomeFolder as error:
        raise NetworkBroken(f"{KEY}: {error}", f"correct {KEY}") from None
    if ".." in path.parts and not path.is_absolute():
        remedy = "put the file there, or give its full path"
        raise NetworkBroken(f"{KEY}: {given} leads out of {home / 'Models'}", remedy)
    return place


def _read(path: Path, remedy: str) -> bytes:
    try:
        data = read_limited(path, LARGEST)
    except FileNotFoundError:
        raise NetworkBroken(f"there is no {path}", remedy) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise NetworkBroken(f"{path} cannot be read: {why}", remedy) from None
    if not data:
        raise NetworkBroken(f"{path} is empty", remedy)
    return data
