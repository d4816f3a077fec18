"""`computer_vision` and `vrchat`: what Gerald sees, and the account he lives in."""

from config.schema.section import Device, Section, setting


class ComputerVision(Section):
    """Looking at the game."""

    enabled: bool = setting(False, "Whether Gerald looks at all.", reload="restart")
    source: str = setting(
        "none",
        "Where pictures come from: none, screen, device, or file:PATH for a video.",
        reload="restart",
        restarts=("vision.camera",),
        pattern=r"^(none|screen|device|file:.+)$",
    )
    device: Device = setting(
        None,
        "The camera, by index or name, when source is device.",
        reload="restart",
        restarts=("vision.camera",),
        unset="camera 0",
    )
    capture_fps: float = setting(15.0, "Pictures taken.", unit="per second", gt=0.0, le=120.0)
    processing_fps: float = setting(5.0, "Pictures looked at.", unit="per second", gt=0.0, le=120.0)
    max_width: int = setting(
        1280,
        "Pictures that hold more than this by max_height are made smaller.",
        unit="pixels",
        reload="restart",
        restarts=("all",),
        ge=16,
        le=7680,
    )
    max_height: int = setting(
        720, "See max_width.", unit="pixels", reload="restart", restarts=("all",), ge=16, le=4320
    )
    depth_estimation: bool = setting(True, "Estimate how far things are.")
    object_detection: bool = setting(True, "Find things and people.")


class VRChat(Section):
    """VRChat's web interface. Its terms are in tension with autonomous accounts: off unless switched on."""

    api_enabled: bool = setting(False, "Sign in to VRChat's web interface.", reload="restart")
    username: str | None = setting(
        None,
        "The account's name.",
        reload="restart",
        restarts=("world.log",),
        min_length=1,
        max_length=255,
        unset="no account is used",
    )
    auto_friend_accept: bool = setting(False, "Accept every friend request.")
    log_directory: str | None = setting(
        None,
        "The folder of VRChat's output_log files, relative to the home: it tells who is near.",
        reload="restart",
        restarts=("world.log",),
        min_length=1,
        unset="the platform's usual place",
    )
