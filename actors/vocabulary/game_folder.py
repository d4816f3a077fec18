"""The folder in which VRChat writes: its log, and below `OSC` a file for every avatar."""

from collections.abc import Mapping
from pathlib import Path

_STEAM = (
    ".local/share/Steam",
    ".steam/steam",
    ".var/app/com.valvesoftware.Steam/.local/share/Steam",
    "snap/steam/common/.local/share/Steam",
)
_PREFIX = "steamapps/compatdata/438100/pfx/drive_c/users/steamuser/AppData/LocalLow/VRChat/VRChat"


def own_folder() -> Path | None:
    """The user's own folder; None for one who has none, as in a container whose user is a mere number."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def usual_places(platform: str, environ: Mapping[str, str], user: Path | None) -> tuple[Path, ...]:
    """VRChat's folder on `platform` (sys.platform): of Windows, or those of Proton below the `user` folder."""
    if user is None:
        return ()
    if platform == "win32":
        local = environ.get("LOCALAPPDATA")
        data = Path(local).parent if local else user / "AppData"
        return (data / "LocalLow" / "VRChat" / "VRChat",)
    if platform.startswith("linux"):
        return tuple(user / steam / _PREFIX for steam in _STEAM)
    return ()
