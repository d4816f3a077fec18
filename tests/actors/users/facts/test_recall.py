"""Which facts matter to what is said."""

from actors.users.facts.fact import Fact
from actors.users.facts.recall import Question, recalled

NOW = 1_700_000_000.0


def tea(subject: str, source: str, name: str) -> Fact:
    return Fact(f"I like tea, says {name}", "like", "", subject, source, NOW, name)


def test_what_is_told_of_another_comes_after_what_who_asks_told_themselves() -> None:
    """Whatever their ids are."""
    for asker, other in (("usr_a", "usr_z"), ("usr_z", "usr_a")):
        facts = (
            tea(other, other, "Other"),
            tea(asker, asker, "Asker"),
        )
        asked = Question("Who likes tea?", asker, frozenset((asker, other)), frozenset(), NOW, "all")
        assert [one.who for one in recalled(asked, facts)] == ["Asker", "Other"]
