"""The names that certificates are for. None of them is an address: where a machine is says nothing about who it is."""

import re
from enum import StrEnum

from config.schema.supervision import HOST_NAME

HOME = "home"
"""The name of a home's own certificate; no host may have it."""
_HOME_DOMAIN = "home.gerald.internal"
_HOST_SUFFIX = ".host.gerald.internal"


class Role(StrEnum):
    """What a certificate is for: a home's proves a server, a host's a client, and neither the other."""

    HOME = "home"
    HOST = "host"


def is_host_name(name: str) -> bool:
    return re.fullmatch(HOST_NAME, name) is not None and name != HOME


def domain_of(role: Role, name: str) -> str:
    """The name as it stands in a certificate. Raises ValueError for one that no certificate may have."""
    if role is Role.HOME:
        return _HOME_DOMAIN
    if not is_host_name(name):
        raise ValueError(
            f"{name!r} is no name of a host: small letters, digits and dashes, at most 32, not {HOME}"
        )
    return name + _HOST_SUFFIX


def name_in(role: Role, domain: str) -> str | None:
    """The reverse of `domain_of`; None for a name that it never gives."""
    if role is Role.HOME:
        return HOME if domain == _HOME_DOMAIN else None
    name = domain.removesuffix(_HOST_SUFFIX)
    return name if domain.endswith(_HOST_SUFFIX) and is_host_name(name) else None
