"""The page of the states names every field, and none that is not there."""

import re
from pathlib import Path

import msgspec
import pytest

from actors.avatar.state import AvatarState
from actors.conversation.state import ConversationState
from actors.system.state import SystemState
from actors.users.state import UsersState, UserState
from actors.world.state import WorldState

PAGE = Path(__file__).parents[1] / "docs" / "state.md"
STATES: dict[str, tuple[type[msgspec.Struct], ...]] = {
    "conversation": (ConversationState,),
    "users": (UsersState, UserState),
    "world": (WorldState,),
    "avatar": (AvatarState,),
    "system": (SystemState,),
}


def section(domain: str) -> str:
    found = re.search(rf"^## {domain}\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"{PAGE} has no section {domain}"
    return found[1]


@pytest.mark.parametrize("domain", STATES)
def test_the_page_has_a_row_for_each_field_and_no_other(domain: str) -> None:
    first = (line.split("|")[1] for line in section(domain).splitlines() if line.startswith("| `"))
    named = [name for cell in first for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(named) == sorted(field for state in STATES[domain] for field in state.__struct_fields__)
