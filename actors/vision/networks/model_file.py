"""The file of a network that an owner brings. It is read whole, so that it can name no other file."""

from pathlib import Path

from config.files import NoHomeFolder, located, read_limited

LARGEST = 512 << 20  # bytes


class NetworkBroken(Exception):
    """There is no network to look with: the message says which file and why, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def own(home: Path, given: str, key: str) -> tuple[Path, bytes]:
    """What the key of an owner names, relative to Models/ in the home. Raises NetworkBroken."""
    path = own_path(home, given, key)
    return path, read_network(path, f"bring the file there, or correct {key}")


def own_path(home: Path, given: str, key: str) -> Path:
    """Where it must be; a relative path may not lead out of Models/. Raises NetworkBroken."""
    path = Path(given)
    within = path.parts[1:] if path.parts[:1] == ("Models",) else path.parts
    try:
        place = located(home / "Models", Path(*within))
    except NoHomeFolder as error:
        raise NetworkBroken(f"{key}: {error}", f"correct {key}") from None
    if ".." in path.parts and not path.is_absolute():
        remedy = "put the file there, or give its full path"
        raise NetworkBroken(f"{key}: {given} leads out of {home / 'Models'}", remedy)
    return place


def read_network(path: Path, remedy: str) -> bytes:
    """A file of at most LARGEST bytes. Raises NetworkBroken with `remedy`."""
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
