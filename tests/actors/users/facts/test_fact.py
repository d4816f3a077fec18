"""A fact as a value: what it is worth, of whom it is, and its bounds."""

import msgspec
import pytest

from actors.users.facts.fact import DAY, FACTS, HEARD_BY, LONGEST, WORTH, Fact, Recalled, fact_faults, worth

NOW = 1_700_000_000.0


def fact(kind: str = "says", **fields: object) -> Fact:
    given = {"text": "I said so", "key": "", "subject": "usr_ann", "source": "usr_ann", "at": NOW}
    return Fact(kind=kind, **{**given, **fields})  # type: ignore[arg-type]


def test_nothing_is_worth_more_than_a_name_and_nothing_nothing() -> None:
    assert max(WORTH.values()) == WORTH["name"] == 1.0
    assert min(WORTH.values()) > 0.0


@pytest.mark.parametrize("kind", WORTH)
def test_a_fact_is_worth_what_its_kind_is_as_far_as_it_is_certain(kind: str) -> None:
    assert worth(fact(kind, certainty=0.5), NOW) == pytest.approx(WORTH[kind] / 2)


def test_it_is_worth_more_the_more_often_it_was_said_up_to_half_as_much_more() -> None:
    once, twice, often, more = (worth(fact(times=times), NOW) for times in (1, 2, 6, 60))
    assert twice == pytest.approx(1.1 * once)
    assert often == more == pytest.approx(1.5 * once)


def test_it_is_worth_half_after_half_a_year() -> None:
    assert worth(fact(), NOW + 180 * DAY) == pytest.approx(worth(fact(), NOW) / 2)
    assert worth(fact(), NOW - DAY) == worth(fact(), NOW)  # the clock was set


def test_of_a_plan_the_days_after_it_still_belong_to_it() -> None:
    plan = fact("plan", when=NOW)
    assert worth(plan, NOW + 2.9 * DAY) > 2 * worth(plan, NOW + 3.1 * DAY)


@pytest.mark.parametrize("subject", ["name:bob", "usr_zoe"])
def test_what_is_told_of_another_is_not_of_who_said_it(subject: str) -> None:
    assert fact().is_of_who_said_it
    assert not fact(subject=subject).is_of_who_said_it


@pytest.mark.parametrize(
    ("within", "beyond", "fault"),
    [
        ((fact(),) * FACTS, (fact(),) * (FACTS + 1), f"more than {FACTS} facts"),
        ((fact(text="x" * LONGEST),), (fact(text="x" * (LONGEST + 9)),), f"more than {LONGEST} characters"),
        (
            (fact(heard_by=("usr_eve",) * HEARD_BY),),
            (fact(heard_by=("usr_eve",) * (HEARD_BY + 9)),),
            f"more than {HEARD_BY} heard",
        ),
        ((fact(certainty=1.0),), (fact(certainty=1.1),), "certainty"),
        ((fact(certainty=0.1),), (fact(certainty=0.0),), "certainty"),
    ],
)
def test_what_is_beyond_a_bound_is_said(
    within: tuple[Fact, ...], beyond: tuple[Fact, ...], fault: str
) -> None:
    assert fact_faults(within) == ()
    (found,) = fact_faults(beyond)
    assert fault in found


def test_a_fact_in_a_trace_from_before_some_were_told_unasked_fits() -> None:
    assert msgspec.convert({"text": "I live in Rome", "who": "Ann"}, Recalled).fits
