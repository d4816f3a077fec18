"""`computer_vision`: what Gerald sees."""

from typing import Literal

from config.schema.section import Device, Section, setting


class ComputerVision(Section, key="computer_vision", about="Seeing.", place=60):
    """Looking at the game."""

    enabled: bool = setting(False, "Whether Gerald looks at all.", restarts=())
    source: str = setting(
        "none",
        "Where pictures come from: none, screen, device, or file:PATH for a video.",
        restarts=("vision.camera",),
        pattern=r"^(none|screen|device|file:.+)$",
    )
    device: Device = setting(
        None,
        "The camera, by index or name, when source is device.",
        restarts=("vision.camera",),
        unset="camera 0",
    )
    window: str | None = setting(
        "VRChat",
        "The title of the window that is looked at when source is screen, with * and ? for what may be there.",
        restarts=("vision.camera",),
        unset="the whole screen, whatever is on it",
        min_length=1,
        max_length=200,
    )
    capture_fps: float = setting(15.0, "Pictures taken.", unit="per second", gt=0.0, le=120.0)
    processing_fps: float = setting(5.0, "Pictures looked at.", unit="per second", gt=0.0, le=120.0)
    reading_fps: float = setting(
        1.0, "Pictures in which name plates are read.", unit="per second", gt=0.0, le=30.0
    )
    max_width: int = setting(
        1280,
        "Pictures that hold more than this by max_height are made smaller.",
        unit="pixels",
        restarts=("all",),
        ge=16,
        le=7680,
    )
    max_height: int = setting(720, "See max_width.", unit="pixels", restarts=("all",), ge=16, le=4320)
    fov: float = setting(
        60.0,
        "How much the game's camera shows from above to below: VRChat's field of view.",
        unit="degrees",
        ge=20.0,
        le=120.0,
    )
    depth_estimation: bool = setting(
        True,
        "Estimate how far away what is seen is, by how it moves past while Gerald walks.",
        restarts=("vision.depth",),
    )
    depth_fps: float = setting(
        5.0, "Pictures in which distances are measured.", unit="per second", gt=0.0, le=30.0
    )
    depth_model: str | None = setting(
        None,
        "A network of yours for distances: an ONNX file of the MiDaS, Depth Anything or Metric3D kind, in Models/.",
        unset="none: what moves past is measured",
        min_length=1,
    )
    object_detection: bool = setting(True, "Find people, and things with a detector_model of yours.")
    detector_model: str | None = setting(
        None,
        "A detector of yours: an ONNX file of the YOLO, YOLOX, RT-DETR or CenterNet families, in Models/.",
        unset="the embedded one, which finds people",
        min_length=1,
    )
    detector_threads: int = setting(1, "Threads of each detector.", ge=1, le=16)
    keep: Literal["nothing", "looked"] = setting(
        "nothing",
        "Which pictures are kept, in data/pictures: nothing, or looked, those that a model was shown.",
    )
