"""The code that a host is invited with: where the home is, whose it is, and a secret that counts once. Pure.

It is written in Crockford's base 32, in groups of four: no two signs look alike, capitals do not matter, and the last
groups are a checksum, so a mistyped one is seen before anything is sent."""

import hashlib
import ipaddress
import secrets
import struct
from dataclasses import dataclass

from config.schema.hosts import is_address

FINGERPRINT = 12
"""Bytes of the fingerprint of the authority's key: too many for anybody to make another key with the same."""
SECRET = 8
"""Bytes that are guessed over the network only, a few times."""
MOST_ADDRESSES = 4
LONGEST = 1024
"""Signs of a code."""
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = {sign: number for number, sign in enumerate(_SIGNS)} | {"O": 0, "I": 1, "L": 1}
_VERSION, _CHECK, _GROUP = 1, 2, 4
_IPV4, _IPV6 = 1, 2


class BadCode(Exception):
    """That is no code of an invitation; the text says why."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """addresses: the home's, tried in turn. port: where it waits. authority: the beginning of the SHA-256 of its
    authority's key."""

    addresses: tuple[str, ...]
    port: int
    authority: bytes
    secret: bytes

    def __repr__(self) -> str:
        return f"Invitation({', '.join(self.addresses)}, port {self.port})"  # the secret belongs into no log


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET)


def encode(invitation: Invitation) -> str:
    """The code. Raises ValueError for what no code can hold."""
    if not 0 < len(invitation.addresses) <= MOST_ADDRESSES:
        raise ValueError(f"an invitation has 1 to {MOST_ADDRESSES} addresses")
    body = bytes((_VERSION,)) + invitation.authority[:FINGERPRINT] + invitation.secret
    body += struct.pack(">H", invitation.port) + b"".join(map(_packed, invitation.addresses))
    data = body + _check(body)
    bits = int.from_bytes(data)
    length = -(-len(data) * 8 // 5)
    text = "".join(
        _SIGNS[bits << length * 5 - len(data) * 8 >> 5 * place & 31] for place in reversed(range(length))
    )
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def decode(code: str) -> Invitation:
    """What a code says, spaces and dashes wherever they are. Raises BadCode."""
    if len(code) > LONGEST:
        raise BadCode("that is too long for a code")
    try:
        numbers = [_READ[sign] for sign in code.upper() if sign not in "- \t\n\r"]
    except KeyError as error:
        raise BadCode(f"a code has no sign {error}; type it as the home printed it") from None
    bits = 0
    for number in numbers:
        bits = bits << 5 | number
    size = len(numbers) * 5 // 8
    data = (bits >> len(numbers) * 5 - size * 8).to_bytes(size)
    body, check = data[:-_CHECK], data[-_CHECK:]
    if len(body) < 1 + FINGERPRINT + SECRET + 2 or check != _check(body):
        raise BadCode("a sign of the code is missing or wrong; type it as the home printed it")
    if body[0] != _VERSION:
        raise BadCode("this code is of another version of Gerald; bring both machines to the same one")
    secret_at = 1 + FINGERPRINT
    rest = secret_at + SECRET
    (port,) = struct.unpack_from(">H", body, rest)
    return Invitation(_addresses(body[rest + 2 :]), port, body[1:secret_at], body[secret_at:rest])


def _packed(address: str) -> bytes:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        name = address.encode("ascii")
        if not is_address(address) or len(name) > 253:
            raise ValueError(f"{address!r} is no address") from None
        return bytes((len(name) + _IPV6,)) + name
    return bytes((_IPV4 if found.version == 4 else _IPV6,)) + found.packed


def _addresses(data: bytes) -> tuple[str, ...]:
    found = []
    while data:
        kind, data = data[0], data[1:]
        length = {_IPV4: 4, _IPV6: 16}.get(kind, kind - _IPV6)
        part, data = data[:length], data[length:]
        address = part.decode("latin-1") if kind > _IPV6 else ""
        if length < 1 or len(part) < length or (kind > _IPV6 and not is_address(address)):
            raise BadCode("this code names no address that can be used")
        found.append(address or str(ipaddress.ip_address(part)))
    if not 0 < len(found) <= MOST_ADDRESSES:
        raise BadCode("this code names no address that can be used")
    return tuple(found)


def _check(body: bytes) -> bytes:
    return hashlib.sha256(b"gerald invitation" + body).digest()[:_CHECK]
