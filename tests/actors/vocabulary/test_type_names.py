"""Names of classes in files: one for each class, former ones still read, and no way from a name to anything else."""

import pytest

from actors.vocabulary.type_names import (
    DuplicateTypeName,
    UnknownTypeName,
    class_of_name,
    durable,
    durable_names,
    name_of_class,
)


@durable("tests.Stamp", "tests.old.path:Stamp")
class Stamp:
    """A class that was moved once."""


def test_a_class_is_found_by_its_name_and_by_each_former_one_and_written_by_its_name() -> None:
    assert class_of_name("tests.Stamp") is Stamp
    assert class_of_name("tests.old.path:Stamp") is Stamp
    assert name_of_class(Stamp) == "tests.Stamp"


def test_a_class_without_a_name_cannot_be_written() -> None:
    class Other(Stamp):
        pass

    assert name_of_class(Other) is None


@pytest.mark.parametrize("name", ["tests.Stamped", "os:system", "builtins:eval", "", ["tests.Stamp"], None])
def test_nothing_else_is_ever_found(name: str) -> None:
    with pytest.raises(UnknownTypeName):
        class_of_name(name)


def test_two_classes_cannot_share_a_name() -> None:
    with pytest.raises(DuplicateTypeName, match="Stamp"):
        durable("tests.Stamp")(type("Another", (), {}))


def test_no_name_but_a_former_one_is_a_path_of_the_code() -> None:
    written = {name_of_class(cls) for cls in durable_names().values()}
    assert not [name for name in written if name is not None and ":" in name]
