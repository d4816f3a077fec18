"""Names by which classes are written down in files, so that a file outlives every move of the code.

A class says its name itself; former names stay as aliases. What a file says is only ever looked up in this table:
nothing is imported for it and no attribute is walked.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

C = TypeVar("C", bound=type)


class DuplicateTypeName(ValueError):
    """A second class with a name that is taken."""


class UnknownTypeName(LookupError):
    """A name that no class of this process has."""


_classes: dict[str, type] = {}
_names: dict[type, str] = {}


def durable(name: str, *former: str) -> Callable[[C], C]:
    """Register a class under `name`, which is written, and under `former` names, which are still read.

    Raises DuplicateTypeName when another class has taken one of them.
    """

    def register(cls: C) -> C:
        for each in (name, *former):
            taken = _classes.setdefault(each, cls)
            if taken is not cls:
                raise DuplicateTypeName(
                    f"{cls.__qualname__} and {taken.__qualname__} are both called {each!r}"
                )
        _names[cls] = name
        return cls

    return register


def name_of_class(cls: type) -> str | None:
    """The name to write for `cls`; None for one that is not registered: no file may hold it."""
    return _names.get(cls)


def class_of_name(name: str) -> type:
    """The class that a file calls `name`. Raises UnknownTypeName."""
    try:
        return _classes[name]
    except (KeyError, TypeError):
        raise UnknownTypeName(f"no class is called {name!r}") from None


def durable_names() -> Mapping[str, type]:
    """Every registered class of this process, by its name and by its former ones."""
    return _classes
