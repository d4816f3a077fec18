"""What every section of the schema is built from: the frozen base class, `setting()` and the types with units."""

import re
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

T = TypeVar("T")


class Section(BaseModel):
    """A frozen section with strict types: text is never read as a number, nor a number as text.

    A top-level one declares itself: `class Osc(Section, key="osc", about="...")`. about: one sentence for people.
    place: its position in the documents; sections without one come last."""

    key: ClassVar[str] = ""
    about: ClassVar[str] = ""
    place: ClassVar[int] = 0

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        protected_namespaces=(),
        defer_build=True,
    )

    def __init_subclass__(cls, *, key: str = "", about: str = "", place: int = 500, **_: Any) -> None:
        cls.key, cls.about, cls.place = key, about, place


def setting(
    default: Any,
    description: str,
    *,
    unit: str = "",
    restarts: tuple[str, ...] | None = None,
    unset: str = "",
    formerly: str = "",
    **constraints: Any,
) -> Any:
    """A key of a section. Constraints are pydantic's (ge, le, gt, lt, max_length...).

    unit: what a number counts ("s", "bytes", "Hz"). unset: what no value means. formerly: the old name, still read.
    restarts: the actors that a new value restarts ("all": Gerald; none: the actor itself); without it counts live."""
    reload = "live" if restarts is None else "restart"
    extra: dict[str, Any] = {"unit": unit, "reload": reload, "restarts": restarts or ()}
    extra |= {name: word for name, word in (("unset", unset), ("formerly", formerly)) if word}
    return Field(default, description=description, json_schema_extra=extra, **constraints)


# Lists are tuples here, and may arrive as either.
Tuple = Annotated[tuple[T, ...], Strict(False)]

_SIZE = re.compile(r"(?i)\s*(\d{1,15}(?:\.\d{1,6})?)\s*([kmgt]i?b?|b)?\s*\Z")
_FACTORS = {"": 1} | {unit: 1000**n for n, unit in enumerate("kmgt", 1)}
_FACTORS |= {f"{unit}i": 1024**n for n, unit in enumerate("kmgt", 1)}


def parse_size(value: Any) -> Any:
    """A number of bytes from "10MB" (10**6 bytes each), "10MiB" (2**20) or a whole number; anything else is refused."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _SIZE.match(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("size", "must be a size such as 10MB, 512KiB or a whole number of bytes")
    return round(float(match[1]) * _FACTORS[(match[2] or "").lower().removesuffix("b")])


Size = Annotated[int, BeforeValidator(parse_size)]


def check_device(value: Any) -> Any:
    """A device: index, name, "none", "file:PATH", or nothing for the system's default."""
    if isinstance(value, bool) or not isinstance(value, int | str | None):
        raise PydanticCustomError("device", "must be a device's index or name, none, or file:PATH")
    if isinstance(value, int) and not 0 <= value <= 999:
        raise PydanticCustomError("device", "must be an index from 0 to 999")
    if isinstance(value, str) and (not value.strip() or value == "file:"):
        raise PydanticCustomError("device", "must name a device, or a file as in file:PATH")
    return value


Device = Annotated[int | str | None, BeforeValidator(check_device)]


def without_repetition(value: tuple[T, ...]) -> tuple[T, ...]:
    """The values as they are, refused if one occurs twice."""
    for index, item in enumerate(value):
        if item in value[:index]:
            raise PydanticCustomError("repeated", "lists '{item}' twice", {"item": str(item)})
    return value
