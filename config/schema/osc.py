"""`osc`: the two UDP ports between Gerald and VRChat."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from config.schema.section import Section, Tuple, setting, without_repetition

Event = Literal["gestures", "touch", "expressions", "proximity", "movement", "voice", "status", "avatar"]


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
        "Which of VRChat's parameters become events; all others are ignored.",
    )

    @property
    def is_announced(self) -> bool:
        """Whether OSCQuery is used."""
        defaults = (self.input_port, self.output_port) == (9001, 9000)
        return self.query == "on" or (self.query == "auto" and defaults)
