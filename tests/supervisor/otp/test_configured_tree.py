"""What the configuration wants of a tree, and how far its supervisors have followed."""

import msgspec

from supervisor.otp.configured_tree import ConfiguredTree
from supervisor.otp.spec import ChildSpec
from tests.doubles.registry import group_of

A, B = ChildSpec("a", "tests:None"), ChildSpec("b", "tests:None")
PATIENT = msgspec.structs.replace(A, handler_timeout=3.0)


def test_only_supervisors_that_differ_have_something_to_revise() -> None:
    old = group_of(group_of(A, address="left"), group_of(B, address="right"))
    new = group_of(group_of(PATIENT, address="left"), group_of(B, address="right"))
    tree = ConfiguredTree(old)
    assert tree.plan(old) == ()
    assert tree.plan(new) == ("root", "left")


def test_a_plan_counts_when_its_supervisor_has_asked_for_it_and_then_once() -> None:
    old, new = group_of(A), group_of(PATIENT)
    tree = ConfiguredTree(old)
    tree.plan(new)
    assert tree.spec("root") == old
    assert tree.revision("root") == (old, new)
    assert tree.spec("root") == new
    assert tree.revision("root") == (new, new)
