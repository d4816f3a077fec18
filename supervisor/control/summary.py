"""What a status tells of the states of the domains, as plain data. Pure. {} for what is not known."""

from collections.abc import Mapping
from typing import Any

from actors.osc.messages import OscStatistics

_SHOWN = ("end_of_speech", "recognition", "first_sentence", "synthesis")


def resources(system: Mapping[str, Any]) -> Mapping[str, Any]:
    """What Gerald uses of the machine, the number of its actors' deaths, and the last one."""
    if not system:
        return {}
    last = system.get("last_error")
    death = {"address": last["address"], "kind": last["kind"], "at": last["at"]} if last else None
    return {**system["resource_usage"], "errors": system["error_count"], "last_death": death}


def turns(system: Mapping[str, Any]) -> Mapping[str, Any]:
    """How many turns there were, and the median of what the stages before a reply took lately, in seconds."""
    metrics = system.get("performance_metrics")
    if not metrics or not metrics["turns"]:
        return {}
    stages = metrics["stages"]
    return {"count": metrics["turns"], "stages": {one: stages[one]["p50"] for one in _SHOWN if one in stages}}


def touch(avatar: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where the avatar was touched last, and when (epoch seconds)."""
    last = avatar.get("last_interaction")
    return {"at": last["at"], "where": last["detail"]} if last and last["kind"] == "touch" else {}


def osc(counted: OscStatistics | None) -> Mapping[str, Any]:
    """Where Gerald listens for VRChat, how many datagrams have come, and how many of those from elsewhere."""
    if counted is None or not counted.host:
        return {}
    return {
        "host": counted.host,
        "ports": [port for port in (counted.port, counted.announced_port) if port],
        "received": counted.received,
        "foreign": counted.foreign,
        "foreign_host": counted.foreign_host,
        "malformed": sum(counted.refused.values()),
    }


def place(world: Mapping[str, Any]) -> Mapping[str, Any]:
    """The world that Gerald is in, and how many players are there, Gerald's account among them."""
    if not world or not (world["world_name"] or world["player_count"]):
        return {}
    return {"world": world["world_name"], "players": world["player_count"]}
