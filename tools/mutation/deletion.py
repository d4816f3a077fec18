"""A mutation that cosmic-ray lacks: a call whose result nobody takes is left out. What an actor does is mostly such."""

from collections.abc import Iterable
from typing import Any

from cosmic_ray.operators.operator import Example, Operator
from parso import parse

CALLS = ("atom_expr", "await_expr")


class DeleteCall(Operator):
    """`self.tell(...)` becomes `pass`."""

    def mutation_positions(self, node: Any) -> Iterable[Any]:
        if node.type in CALLS and node.parent.type == "simple_stmt" and node.children[-1].children[0] == "(":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        replacement = parse("pass").children[0]
        replacement.prefix = node.get_first_leaf().prefix
        return replacement

    @classmethod
    def examples(cls) -> Iterable[Any]:
        return (Example("bell.ring(1)\n", "pass\n"),)
