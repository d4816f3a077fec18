"""Who the people in a picture are."""

from actors.vision.messages import Box, Plate
from actors.vision.tracker.naming import alone, read
from actors.vision.tracker.tracks import LASTS, Tracks, advance, faded
from actors.vocabulary.values import UNKNOWN
from tests.actors.vision.tracker.scenes import MIO, REN, body, plate

BOTH = (MIO, REN)


def two(at: float = 100.0) -> Tracks:
    tracks = Tracks()
    for n in range(4):
        tracks = advance(tracks, (body(0.3), body(0.7)), at + n * 0.2, at + n * 0.2)
    return tracks


def names(tracks: Tracks) -> list[str]:
    return [one.person.name for one in tracks.all]


def test_each_plate_names_who_stands_below_it() -> None:
    tracks = read(two(), (plate(0.7, "Mio"), plate(0.3, "Ren")), BOTH, 100.7, 100.7)
    assert names(tracks) == ["Ren", "Mio"]


def test_a_name_that_is_not_on_the_list_is_a_sign() -> None:
    assert read(two(), (plate(0.7, "EXIT"),), BOTH, 100.7, 100.7) == two()


def test_a_plate_far_from_everybody_is_of_somebody_whom_no_detector_finds() -> None:
    tracks = read(two(), (Plate("Mio", 0.9, Box(0.45, 0.2, 0.1, 0.03)),), BOTH, 100.7, 100.7)
    assert names(tracks) == ["unknown", "unknown", "Mio"]
    one = tracks.confirmed[-1]
    assert one.person == MIO
    assert 0.4 < one.box.left + one.box.width / 2 < 0.6
    assert one.box.top > 0.2


def test_who_is_known_by_the_plate_alone_moves_with_it_and_goes_with_it() -> None:
    tracks = read(Tracks(), (Plate("Mio", 0.9, Box(0.2, 0.2, 0.1, 0.03)),), BOTH, 100.0, 100.0)
    for n in range(1, 8):
        tracks = advance(tracks, (), 99.9 + n, 99.9 + n)
        moved = Box(0.2 + 0.05 * n, 0.2, 0.1, 0.03)
        tracks = read(tracks, (Plate("Mio", 0.9, moved),), BOTH, 100.0 + n, 100.0 + n)
    (one,) = tracks.confirmed
    assert (one.number, one.person) == (1, MIO)
    assert one.box.left + one.box.width / 2 > 0.5
    assert faded(tracks, 107.0 + LASTS).all == ()


def test_who_is_alone_here_with_it_needs_no_plate() -> None:
    tracks = Tracks()
    for n in range(4):
        tracks = advance(tracks, (body(0.5),), 100.0 + n, 100.0 + n)
    assert names(alone(tracks, (MIO,))) == ["Mio"]
    assert names(alone(tracks, BOTH)) == ["unknown"]
    assert names(alone(two(), (MIO,))) == ["unknown", "unknown"], "one of them is a mirror, and which?"


def test_a_guess_is_taken_back_when_somebody_comes_and_a_name_when_they_leave() -> None:
    tracks = Tracks()
    for n in range(4):
        tracks = advance(tracks, (body(0.5),), 100.0 + n, 100.0 + n)
    assert names(alone(alone(tracks, (MIO,)), BOTH)) == ["unknown"]
    by_plate = read(tracks, (plate(0.5, "Mio"),), BOTH, 103.5, 103.5)
    assert names(alone(by_plate, BOTH)) == ["Mio"]
    assert alone(by_plate, (REN,)).all[0].person in (UNKNOWN, REN)


def test_who_comes_where_somebody_left_is_not_taken_for_them_however_surely_their_name_was_read() -> None:
    tracks = read(two(), (plate(0.3, "Mio", score=1.0),), BOTH, 100.7, 100.7)
    after = read(tracks, (plate(0.3, "Ren", score=0.95),), BOTH, 101.7, 101.7)
    assert names(after) == ["unknown", "Ren"]
    assert [one.number for one in after.all] == [2, 3], "one left, and one entered"
    assert after.all[1].since == 101.7


def test_while_their_own_plate_is_read_nobody_gets_the_name_of_who_stands_behind_them() -> None:
    tracks = read(two(), (plate(0.3, "Mio", score=1.0),), BOTH, 100.7, 100.7)
    both = (plate(0.3, "Mio", score=1.0), plate(0.32, "Ren", score=0.95))
    assert names(read(tracks, both, BOTH, 101.7, 101.7)) == ["Mio", "unknown"]


def test_who_were_taken_for_one_another_as_they_passed_are_still_themselves() -> None:
    """Nobody left and nobody came, whichever of the two plates is read first."""
    tracks = read(two(), (plate(0.3, "Mio"), plate(0.7, "Ren")), BOTH, 100.7, 100.7)
    for first, second in (("Mio", "Ren"), ("Ren", "Mio")):
        passed = read(tracks, (plate(0.7 if first == "Mio" else 0.3, first, score=0.85),), BOTH, 101.0, 101.0)
        assert [(one.number, one.person) for one in passed.all] == [(1, MIO), (2, REN)]
        assert [one.box.left > 0.5 for one in passed.all] == [True, False]
        sure = read(passed, (plate(0.3 if first == "Mio" else 0.7, second, score=0.5),), BOTH, 102.0, 102.0)
        assert [(one.number, one.person) for one in sure.all] == [(1, MIO), (2, REN)]
        assert [one.box.left > 0.5 for one in sure.all] == [True, False]


def test_whom_nobody_knows_takes_over_where_a_name_has_gone_over() -> None:
    tracks = read(two(), (plate(0.3, "Mio", score=0.8),), BOTH, 100.7, 100.7)
    passed = read(tracks, (plate(0.7, "Mio", score=0.9),), BOTH, 101.7, 101.7)
    assert [(one.number, one.person.name) for one in passed.all] == [(1, "Mio"), (2, "unknown")]
    assert [one.box.left > 0.5 for one in passed.all] == [True, False]
    other = read(passed, (plate(0.3, "Ren", score=0.3),), BOTH, 102.7, 102.7)
    assert [(one.number, one.person.name) for one in other.all] == [(1, "Mio"), (2, "Ren")]
