"""The embedded network's file."""

import hashlib

from actors.vision.networks.model_file import NetworkBroken, read_network
from config.files import list_path

EMBEDDED = "centernet.onnx"
EMBEDDED_NAME = "MobileNetV3-CenterNet"
SHA256 = "703f830eb911d2059441c816bb5815dc58cffcbb09fdaad852261bbc5c239853"  # as Models/models.yaml lists it
KEY = "computer_vision.detector_model"


def embedded() -> bytes:
    """The embedded network. Raises NetworkBroken, also when it is not the one that was listed."""
    path = list_path().parent / EMBEDDED
    remedy = "restore it from git, or install Gerald again"
    data = read_network(path, remedy)
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise NetworkBroken(f"{path} is not the file that Models/models.yaml lists", remedy)
    return data
