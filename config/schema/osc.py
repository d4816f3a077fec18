"""`osc`: the two UDP ports between Gerald and VRChat."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from config.schema.section import Section, Tuple, setting, without_repetition

Event = Literal["gestures", "touch", "expressions", "proximity", "movement", "voice", "status", "avatar"]
ParameterPattern = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,256}$")]


class ParameterMeaning(Section):
    """What a parameter of the owner's avatar means."""

    event: Literal[Event, "ignored"] = setting("touch", "The event that it is, whatever its name suggests.")
    zone: str = setting(
        "",
        "Of touch and proximity: where it is, in words, such as nose; empty for the parameter's own name.",
        max_length=60,
        pattern=r"^[^\x00-\x1f\x7f]*$",
    )

    @field_validator("zone")
    @classmethod
    def _fits(cls, zone: str, info: ValidationInfo) -> str:
        event = info.data.get("event", "touch")
        if zone and event not in ("touch", "proximity"):
            raise PydanticCustomError(
                "zone_of_event", "is for touch and proximity only, not for {event}", {"event": event}
            )
        return zone


class Osc(Section, key="osc", about="The link to VRChat.", place=40):
    """VRChat listens on 9000 and sends to 9001 unless it was started with --osc."""

    input_port: int = setting(
        9001,
        "The UDP port that VRChat sends to; 0 takes any free one.",
        restarts=("osc.receiver",),
        ge=0,
        le=65535,
    )
    input_host: str = setting(
        "127.0.0.1",
        "The address to listen on; datagrams from other hosts are dropped on the default.",
        restarts=("osc.receiver",),
        min_length=1,
        max_length=255,
    )
    output_port: int = setting(9000, "The UDP port that VRChat listens on.", ge=1, le=65535)
    output_host: str = setting("127.0.0.1", "The host that VRChat runs on.", min_length=1, max_length=255)
    query: Literal["auto", "on", "off"] = setting(
        "auto",
        "OSCQuery: VRChat and Gerald find each other on the network. auto does so while both ports are VRChat's own; "
        "other ports say which of several games is meant.",
        restarts=("osc.receiver", "osc.query"),
    )
    enabled_events: Annotated[Tuple[Event], AfterValidator(without_repetition)] = setting(
        ("gestures", "touch", "expressions"),
        "Which of VRChat's parameters become events; all others are ignored, except movement while "
        "behaviour.movement.enabled is on.",
    )

    parameters: Annotated[Mapping[ParameterPattern, ParameterMeaning], Field(max_length=256)] = setting(
        {},
        "What your avatar's own parameters mean: a name or a pattern such as Boop*, and its `event`, and if wanted a"
        " `zone`. The first that fits counts; what stands here becomes an event whatever enabled_events has.",
    )
    avatar_folder: str | None = setting(
        None,
        "VRChat's folder OSC, relative to the home: it tells an avatar's parameters where OSCQuery does not.",
        min_length=1,
        unset="the platform's usual place",
    )
    unmute: bool = setting(
        False, "Press the game's microphone on when it is muted while Gerald speaks; a few times at most."
    )

    @property
    def is_announced(self) -> bool:
        """Whether OSCQuery is used."""
        defaults = (self.input_port, self.output_port) == (9001, 9000)
        return self.query == "on" or (self.query == "auto" and defaults)
