"""Every check, in the order in which it is shown."""

from collections.abc import Sequence
from typing import Any

from supervisor.doctor.examination import Check
from supervisor.doctor.home import configuration, disk, hosts, instance, models, page, permissions
from supervisor.doctor.machine import machine, plugins, server, timekeeping, versions
from supervisor.doctor.sound import devices, level, loop, muted
from supervisor.doctor.vrchat import game, osc, oscquery

CHECKS: Sequence[Check[Any]] = (
    Check("configuration", "Configuration", configuration.gather, configuration.judge),
    Check("instance", "Gerald", instance.gather, instance.judge),
    Check("game", "VRChat", game.gather, game.judge),
    Check("osc", "OSC", osc.gather, osc.judge),
    Check("oscquery", "OSCQuery", oscquery.gather, oscquery.judge, within=20.0),
    Check("devices", "Sound devices", devices.gather, devices.judge, within=20.0),
    Check("level", "Microphone level", level.gather, level.judge, within=35.0),
    Check("loop", "Tone", loop.gather, loop.judge, within=70.0),
    Check("muted", "Muted", muted.gather, muted.judge),
    Check("models", "Models", models.gather, models.judge, within=60.0),
    Check("server", "Model server", server.gather, server.judge, within=40.0),
    Check("page", "Page", page.gather, page.judge),
    Check("hosts", "Hosts", hosts.gather, hosts.judge),
    Check("plugins", "Plugins", plugins.gather, plugins.judge, within=30.0),
    Check("clock", "Clock", timekeeping.gather, timekeeping.judge),
    Check("disk", "Disk", disk.gather, disk.judge),
    Check("permissions", "Permissions", permissions.gather, permissions.judge),
    Check("versions", "Versions", versions.gather, versions.judge),
    Check("machine", "Machine", machine.gather, machine.judge),
)
