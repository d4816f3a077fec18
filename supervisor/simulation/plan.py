"""The faults that a simulated tree can have: how often, where, and for how long."""

from actors.conversation.messages import CONVERSATION
from actors.kernel.protocol.storage import PERSISTENCE
from actors.llm.messages import LLM
from actors.osc.messages import OSC_RECEIVER, OSC_SENDER
from actors.speech.messages import RECOGNIZER, SYNTHESIZER
from supervisor.faults.plan import Fault, FaultKind, FaultProfile, plan
from supervisor.otp.messages import ROOT
from supervisor.otp.spec import SupervisorSpec, walk
from supervisor.simulation.environment.configuration import configuration, is_hosted
from supervisor.tree import CORE, tree

EVERY = 3.6
"""Seconds between two faults, on average."""

SHARE = 0.85
"""The part of a run in which faults begin."""

_TREE = tree(configuration())
# The core group and its actors come last: a plan depends on the order, and old seeds must stay the same.
_UNSORTED = (group for group in _TREE.children if isinstance(group, SupervisorSpec))
_GROUPS = sorted(_UNSORTED, key=lambda group: group.address == CORE)
_ACTORS = tuple(child for group in _GROUPS for child in walk(group) if not child.disabled_reason)
THREADS = tuple(child.address for child in _ACTORS if child.pin == "thread")
PROCESSES = tuple(child.address for child in _ACTORS if child.pin == "process")
GROUPS = (*(group.address for group in _GROUPS), ROOT)
DEVICES = ("speaker", "microphone", "network")
VOTERS: dict[str, str] = {
    OSC_SENDER: "osc",
    OSC_RECEIVER: "osc",
    LLM: "llm",
    CONVERSATION: "bot",
    RECOGNIZER: "speech",
    SYNTHESIZER: "speech",
    PERSISTENCE: "performance",
}
"""Actors that vote, and the section of which a change concerns each of them."""
RELOADS = ("bot", "speech", "performance", "llm", "osc", "broken", "supervision", "voice")

_KINDS = {
    "crash": FaultKind(8, THREADS + PROCESSES),
    "hang": FaultKind(5, THREADS + PROCESSES, 6.0, 20.0),
    "crash loop": FaultKind(2, THREADS + PROCESSES, 8.0, 20.0),
    "slow": FaultKind(6, THREADS + PROCESSES, 0.05, 1.5),
    "kill": FaultKind(4, THREADS),
    "lost node": FaultKind(5, PROCESSES),
    "lag": FaultKind(3, PROCESSES, 1.0, 8.0),
    "group": FaultKind(2, GROUPS),
    "reorder": FaultKind(4, THREADS, 1.0, 5.0),
    "late reply": FaultKind(3, THREADS, 0.5, 12.0),
    "lost reply": FaultKind(3, THREADS, 0.5, 2.0),
    "full disk": FaultKind(3, ("disk",), 1.0, 15.0),
    "slow disk": FaultKind(3, ("disk",), 2.0, 15.0),
    "torn write": FaultKind(2, ("disk",)),
    "power cut": FaultKind(2, ("power",)),
    "clock jump": FaultKind(2, ("clock",)),
    "unplugged": FaultKind(4, DEVICES, 1.0, 15.0),
    "silent model": FaultKind(3, ("model",), 3.0, 30.0),
    "broken model": FaultKind(3, ("model",), 2.0, 12.0),
    "reload": FaultKind(5, RELOADS),
    "vote": FaultKind(4, tuple(VOTERS)),
    "hostile": FaultKind(3, ("port",)),
    "suspend": FaultKind(2, THREADS, 3.0, 20.0),
    "flood": FaultKind(2, THREADS),
    "restart": FaultKind(2, THREADS + PROCESSES),
}

PROFILE = FaultProfile(EVERY, SHARE, _KINDS)

_PARTS = {
    "partition": FaultKind(12, ("attic",), 0.5, 12.0),
    "lost host": FaultKind(6, ("attic",), 1.0, 12.0),
    "lost frame": FaultKind(6, ("attic",)),
}
HOSTED_PROFILE = FaultProfile(EVERY, SHARE, _KINDS | _PARTS)
"""With another machine, and what parts it from the home."""


def planned(seed: int, seconds: float) -> tuple[Fault, ...]:
    """The faults of a run of `seconds`."""
    return plan(seed, seconds, HOSTED_PROFILE if is_hosted(seed) else PROFILE)
