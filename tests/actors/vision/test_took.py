"""How long pictures take, and when that is worth telling."""

from actors.vision.took import Took, told


def test_the_first_time_is_news_and_the_same_again_is_none() -> None:
    first = Took().after(0.1)
    assert first.is_news
    assert str(first) == "100 ms a picture"
    assert not told(first).after(0.1).is_news


def test_one_slow_picture_is_no_news_and_many_are() -> None:
    known = told(Took().after(0.1))
    assert not known.after(0.3).is_news
    for _ in range(20):
        known = known.after(0.3)
    assert known.is_news


def test_quicker_is_news_too() -> None:
    known = told(Took().after(0.1))
    for _ in range(20):
        known = known.after(0.02)
    assert known.is_news
