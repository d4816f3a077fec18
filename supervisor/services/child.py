"""The processes of pinned actors on this machine: of their own, or a service that they share with other homes."""

from pathlib import Path

from config.files import located
from supervisor.nodes.boot import Boot
from supervisor.nodes.child import Child
from supervisor.nodes.secrets import Reveal
from supervisor.nodes.worker_process import WorkerProcess

REACHED_WITHIN = 20.0
"""Seconds that a service has to come back, before its absence is a failure of those that it runs."""


def child_of(boot: Boot, reveal: Reveal) -> Child:
    """What runs `boot` (supervisor.nodes.child.MakeChild)."""
    if not boot.process.shared:
        return WorkerProcess(boot, reveal)
    # Imported here: most homes share nothing.
    from supervisor.hosts.build import code_version
    from supervisor.hosts.frames import HostBoot
    from supervisor.hosts.permissions import permission_of
    from supervisor.hosts.placement.mail_gate import MailGate
    from supervisor.hosts.placement.remote_child import RemoteChild
    from supervisor.services.place import Reach

    file = Path(located(Path(boot.home), boot.process.shared))
    permission = permission_of(boot.address)
    assert permission is not None, "the configuration is checked for it"
    reach = Reach(file, REACHED_WITHIN)
    child = RemoteChild(
        boot,
        reveal,
        file.stem,
        reach.open,
        HostBoot(boot, code_version()),
        MailGate(boot, permission),
        kind="service",
    )
    child.on_kill = reach.give_up
    return child
