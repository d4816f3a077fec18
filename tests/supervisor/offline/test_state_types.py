"""What the types of the stored states must be like, for every domain of the tree."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.inspect import CollectionType, DictType, StrType, StructType, TupleType, Type, UnionType

from config.schema import Config
from supervisor.offline.schemas import actor_of
from supervisor.tree import DOMAINS


def maps_without_names(found: Type, where: str, seen: set[Any]) -> list[str]:
    """Where in a type a mapping has other keys than text: the path of a change is made of names."""
    if isinstance(found, DictType):
        here = [] if isinstance(found.key_type, StrType) else [where]
        return here + maps_without_names(found.value_type, f"{where}/*", seen)
    if isinstance(found, StructType):
        if found.cls in seen:
            return []
        seen.add(found.cls)
        fields = ((f"{where}/{field.name}", field.type) for field in found.fields)
        return [place for path, type_ in fields for place in maps_without_names(type_, path, seen)]
    inner: tuple[Type, ...] = ()
    if isinstance(found, TupleType):
        inner = found.item_types
    elif isinstance(found, CollectionType):
        inner = (found.item_type,)
    elif isinstance(found, UnionType):
        inner = found.types
    return [place for one in inner for place in maps_without_names(one, f"{where}/*", seen)]


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_mapping_of_a_state_is_keyed_by_text(domain: str, tmp_path: Path) -> None:
    state = actor_of(domain, Config(), tmp_path).state
    assert maps_without_names(msgspec.inspect.type_info(type(state)), domain, set()) == []


class Numbered(msgspec.Struct):
    """Mappings without names where they are easily missed."""

    plain: Mapping[str, int] = {}
    in_union: Mapping[int, str] | None = None
    in_tuple: tuple[str, Mapping[int, str]] = ("", {})
    in_mapping: Mapping[str, Mapping[int, str]] = {}


def test_a_mapping_without_names_is_found_wherever_it_stands() -> None:
    found = maps_without_names(msgspec.inspect.type_info(Numbered), "it", set())
    assert found == ["it/in_union/*", "it/in_tuple/*", "it/in_mapping/*"]
