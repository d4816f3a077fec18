"""A text that cannot be printed, formatted, logged, pickled or serialised by accident; only `reveal()` returns it."""

import hmac
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from config.syntax.mask import MASK

RESOLVER: Final = "resolve_secret"


_SHORTEST = 6
_known: set[str] = set()


def redacted(text: str) -> str:
    """The text without any secret that this process has held, for logs and reports of crashes."""
    for secret in tuple(_known):
        if secret in text:
            text = text.replace(secret, MASK)
    return text


_PIECE = 12  # letters and digits of a secret, which nobody says by chance
_SHORTEST_SAID = 8


def holds_secret(text: str) -> bool:
    """Whether `text` says a secret that this process holds, or twelve letters and digits of one, however spaced."""
    said = _bare(text)
    return any(_says(said, _bare(secret)) for secret in tuple(_known))


def _says(said: str, secret: str) -> bool:
    size = min(len(secret), _PIECE)
    pieces = (secret[at : at + size] for at in range(len(secret) - size + 1))
    return size >= _SHORTEST_SAID and any(piece in said for piece in pieces)


def _bare(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())


class Secret:
    """An API key or a password. Equality takes constant time."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        # A shorter one would mask parts of ordinary words.
        if len(value) >= _SHORTEST:
            _known.add(value)

    def reveal(self) -> str:
        """The text itself: to be called where it leaves for the service it belongs to, and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(
            self._value.encode("utf-8", "replace"), other._value.encode("utf-8", "replace")
        )

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled; hand over a reference to it")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Callable[[Any], Any]) -> Any:
        from pydantic_core import core_schema

        return core_schema.with_info_plain_validator_function(
            _validate,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda _: MASK, when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Callable[[Any], Any]) -> dict[str, Any]:
        return {"type": "string", "format": "password", "writeOnly": True}


def reference(key: str) -> dict[str, str]:
    """What travels between nodes in place of a secret."""
    return {"secret": key}


def _validate(value: Any, info: Any) -> Secret:
    """A Secret from text, from a Secret, or from a reference when the validation context has a `resolve_secret`."""
    from pydantic_core import PydanticCustomError

    if isinstance(value, Secret):
        return value
    if isinstance(value, str) and value:
        return Secret(value)
    resolver = (info.context or {}).get(RESOLVER)
    if isinstance(value, Mapping) and resolver is not None and set(value) == {"secret"}:
        return Secret(resolver(value["secret"]))
    raise PydanticCustomError("secret_type", "must be text")
