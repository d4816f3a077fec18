"""`hosts`: other machines that may run some of the actors."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from config.schema.section import Section, Tuple, setting, without_repetition
from config.schema.supervision import HOST_NAME, ActorAddress, Label

HostName = Annotated[str, StringConstraints(pattern=f"^{HOST_NAME}$")]
_NAME = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)


def is_address(text: str) -> bool:
    """Whether it is an address of IPv4 or IPv6, or a name that may have one."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        # digits and dots that are no address are a mistake, not a name
        return _NAME.fullmatch(text) is not None and not re.fullmatch(r"[0-9.]+", text)
    return "%" not in text


def endpoint_of(text: str) -> tuple[str, int]:
    """Address and port out of `0.0.0.0:7447` or `[::]:7447`. Raises ValueError."""
    address, _, port = text.rpartition(":")
    bare = address.removeprefix("[").removesuffix("]")
    if (":" in bare) != (address != bare) or not re.fullmatch(r"[0-9]{1,5}", port):
        raise ValueError("must be ADDRESS:PORT")
    if not is_address(bare) or not 1 <= int(port) <= 65535:
        raise ValueError("must be ADDRESS:PORT")
    return bare, int(port)


def _check_endpoint(value: Any) -> Any:
    if isinstance(value, str) and value:
        try:
            endpoint_of(value)
        except ValueError:
            raise PydanticCustomError(
                "endpoint", "must be ADDRESS:PORT, such as 0.0.0.0:7447 or [::]:7447, or empty"
            ) from None
    return value


def _check_address(value: Any) -> Any:
    if isinstance(value, str) and not is_address(value):
        raise PydanticCustomError("address", "must be an address or a name of this machine, without a port")
    return value


def _check_count(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 64:
        raise PydanticCustomError("count", "must be a whole number from 0 to 64")
    return value


Count = Annotated[int, BeforeValidator(_check_count)]
Endpoint = Annotated[str, BeforeValidator(_check_endpoint)]
Address = Annotated[str, BeforeValidator(_check_address)]


class HostSettings(Section):
    """One machine."""

    labels: Annotated[Tuple[Label], BeforeValidator(without_repetition)] = setting(
        (), "What it is good for, in words of your own; an actor asks for them by its labels.", max_length=16
    )
    most: Mapping[ActorAddress, Count] = setting(
        {}, "How many instances of an actor it takes, by the actor's address; of others any number."
    )


class Hosts(Section, key="hosts", about="Other machines that may run some of the actors.", place=890):
    """Nothing listens for them unless `listen` says where."""

    listen: Endpoint = setting(
        "",
        "The address and port at which hosts reach this home, such as 0.0.0.0:7447; empty: none can.",
        restarts=("all",),
        max_length=262,
    )
    addresses: Tuple[Address] = setting(
        (),
        "What hosts call this machine, for invitations; none given means its addresses on the network.",
        max_length=4,
    )
    lost_after: float = setting(
        3.0,
        "A host that is silent for so long is lost, and its actors run elsewhere.",
        unit="s",
        restarts=("all",),
        ge=0.5,
        le=60.0,
    )
    machines: Mapping[HostName, HostSettings] = setting(
        {}, "The hosts by name. `supervisor host invite NAME` lets one in."
    )
