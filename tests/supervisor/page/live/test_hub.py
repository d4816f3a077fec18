"""One reading for all who look, the newest for each, and an end when nobody looks."""

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Iterator, Mapping

import pytest

from supervisor.page.live.events import event
from supervisor.page.live.feed import Feed
from supervisor.page.live.hub import MOST_LISTENERS, MOST_LOOKING, Hub, TooManyListeners

WITHIN = 20.0


class Source:
    """A feed whose news a test gives."""

    def __init__(self) -> None:
        self.news: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.begun, self.ended = threading.Semaphore(0), threading.Semaphore(0)
        self.shown = 0
        self.feed = Feed("a", self.read, self.show)

    def read(self, stop: threading.Event) -> Iterator[object]:
        self.begun.release()
        try:
            threading.Thread(target=lambda: (stop.wait(), self.news.put(None)), daemon=True).start()
            while (news := self.news.get()) is not None:
                if isinstance(news, Exception):
                    raise news
                yield news
        finally:
            self.ended.release()

    def show(self, news: object, may_act: bool) -> Mapping[str, str]:
        self.shown += 1
        return {"place": f"{news}{' with buttons' if may_act else ''}", "still": "the same"}


async def of_place(news: AsyncIterator[Mapping[str, str]]) -> str:
    """The next news of the place."""
    async for fragments in news:
        if "place" in fragments:
            return fragments["place"]
    raise AssertionError("it ended")


def run(story: "asyncio.Future[None] | object") -> None:
    asyncio.run(asyncio.wait_for(story, WITHIN))  # type: ignore[arg-type]


def test_all_who_look_share_one_reading_and_each_role_is_shown_its_own() -> None:
    async def story() -> None:
        source, hub = Source(), Hub()
        owner, owner2, guest = (hub.listen(source.feed, act) for act in (True, True, False))
        waiting = [asyncio.ensure_future(of_place(one)) for one in (owner, owner2, guest)]
        await asyncio.sleep(0)
        source.news.put("news")
        assert await asyncio.gather(*waiting) == ["news with buttons", "news with buttons", "news"]
        assert source.shown == 2, "once for each role"
        assert source.begun.acquire(timeout=WITHIN)
        assert not source.begun.acquire(blocking=False)
        hub.close()

    run(story())


def test_who_comes_later_is_shown_what_is_known() -> None:
    async def story() -> None:
        source, hub = Source(), Hub()
        first = hub.listen(source.feed, True)
        source.news.put(1)
        assert await of_place(first) == "1 with buttons"
        assert await of_place(hub.listen(source.feed, True)) == "1 with buttons"
        assert await of_place(hub.listen(source.feed, False)) == "1"
        hub.close()

    run(story())


def test_a_slow_reader_gets_the_newest_and_only_what_changed() -> None:
    async def story() -> None:
        source, hub = Source(), Hub()
        quick, slow = hub.listen(source.feed, True), hub.listen(source.feed, True)
        source.news.put(0)
        assert (await anext(quick)).keys() == (await anext(slow)).keys() == {"place", "still"}
        for n in range(1, 50):
            source.news.put(n)
        seen = ""
        while seen != "49 with buttons":
            seen = await of_place(quick)
        assert dict(await anext(slow)) == {"place": "49 with buttons"}
        hub.close()

    run(story())


def test_a_reading_ends_with_the_last_who_looks() -> None:
    async def story() -> None:
        source, hub = Source(), Hub()
        one, two = hub.listen(source.feed, True), hub.listen(source.feed, False)
        source.news.put(1)
        await of_place(one)
        await of_place(two)
        await one.aclose()  # type: ignore[attr-defined]
        assert not source.ended.acquire(blocking=False)
        await two.aclose()  # type: ignore[attr-defined]
        assert await asyncio.to_thread(source.ended.acquire, timeout=WITHIN)

    run(story())


def test_a_feed_that_fails_is_begun_again() -> None:
    async def story() -> None:
        source, hub = Source(), Hub()
        news = hub.listen(source.feed, True)
        source.news.put(OSError("gone"))
        source.news.put("again")
        assert await of_place(news) == "again with buttons"
        hub.close()

    run(story())


def test_there_is_a_limit_to_who_may_look() -> None:
    async def story() -> None:
        source, hub = Source(), Hub()
        source.news.put(1)
        many = [hub.listen(source.feed, True) for _ in range(MOST_LISTENERS)]
        for one in many:
            await anext(one)
        with pytest.raises(TooManyListeners):
            await anext(hub.listen(source.feed, True))
        await many[0].aclose()  # type: ignore[attr-defined]
        await anext(hub.listen(source.feed, True))
        hub.close()

    run(story())


def test_those_who_may_only_look_leave_an_owner_a_place() -> None:
    async def story() -> None:
        source, hub = Source(), Hub()
        source.news.put(1)
        many = [hub.listen(source.feed, False) for _ in range(MOST_LOOKING)]
        for one in many:
            await anext(one)
        with pytest.raises(TooManyListeners):
            await anext(hub.listen(source.feed, False))
        await anext(hub.listen(source.feed, True))
        hub.close()

    run(story())


def test_an_event_with_line_breaks_is_one_event() -> None:
    assert event("a", "x\r\ny\n") == b"event: a\ndata: x\ndata: y\ndata: \n\n"
