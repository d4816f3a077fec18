"""VRChat's web interface as the public specification has it: a model without I/O, and a server around it."""

from tests.doubles.web_interface.service import Answered, Service

__all__ = ["Answered", "Service"]
