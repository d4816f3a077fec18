"""Where pictures come from, chosen in one place."""

from pathlib import Path

from actors.vision.camera.device import PictureSource
from config.files import located
from config.schema import ComputerVision


def source_name(vision: ComputerVision) -> str:
    """What the owner calls it."""
    if vision.source == "device":
        return f"camera {vision.device if vision.device is not None else 0}"
    if vision.source == "screen" and vision.window is not None:
        return f"the window {vision.window}"
    return vision.source


def open_source(vision: ComputerVision, home: Path) -> PictureSource:
    """Open what computer_vision.source names. May block, as drivers do. Raises SourceBroken."""
    if vision.source == "screen":
        from actors.vision.camera.screen import Screen

        return Screen(vision.window)
    from actors.vision.camera.video import device, file

    if vision.source.startswith("file:"):
        return file(located(home, vision.source.removeprefix("file:")))
    return device(vision.device)
