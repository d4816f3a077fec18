"""Where an actor is reached."""

from typing import NewType

Address = NewType("Address", str)
"""The address of an actor, as in `speech.recognizer`. A plain string at run time and on the wire.

Each is a constant of its room's messages module, so that a mistyped one fails at the import and not as a dead letter
(tools/addresses.py refuses a bare string).
"""
