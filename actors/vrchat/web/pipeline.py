"""The websocket of the service's events. Its address holds the session's token: it is in no error, no log, no title."""

import asyncio
import logging
from collections.abc import Callable
from urllib.parse import quote

import websockets.asyncio.client
from websockets.exceptions import ConnectionClosed, InvalidStatus

from actors.kernel.message import Message
from actors.vrchat.internal import LinkClosed, LinkNews, LinkOpened
from actors.vrchat.web import reading
from actors.vrchat.web.http import agent, is_loopback
from config.schema import VRChat

OPEN_WITHIN = 20.0
PING_EVERY, PONG_WITHIN = 30.0, 30.0
MOST_BYTES = 1 << 20
MOST_A_MINUTE = 600
"""Events beyond it are a flood: the link is closed, and what they told is read instead."""

_silent = logging.getLogger("gerald.pipeline")
_silent.disabled = True  # the library logs whole addresses


async def follow(section: VRChat, token: str, link: int, post: Callable[[Message], object]) -> None:
    """Post what the link brings until it breaks or the task is cancelled, LinkClosed last."""
    why = "closed by VRChat"
    try:
        await _follow(section, token, link, post)
    except InvalidStatus as error:
        why = f"VRChat answers with {error.response.status_code}"
    except ConnectionClosed:
        why = "the connection broke"
    except TimeoutError:
        why = f"no connection within {OPEN_WITHIN:g} s"
    except asyncio.CancelledError:
        raise
    except _Flood:
        why = f"more than {MOST_A_MINUTE} events a minute"
    except Exception as error:  # whose text may hold the address
        why = f"no connection ({type(error).__name__})"
    post(LinkClosed(link, why))


class _Flood(Exception):
    pass


async def _follow(section: VRChat, token: str, link: int, post: Callable[[Message], object]) -> None:
    url = section.pipeline_url
    clock = asyncio.get_running_loop().time
    async with websockets.asyncio.client.connect(
        f"{url}?authToken={quote(token, safe='')}",
        user_agent_header=agent(section),
        logger=_silent,
        open_timeout=OPEN_WITHIN,
        ping_interval=PING_EVERY,
        ping_timeout=PONG_WITHIN,
        close_timeout=2.0,
        max_size=MOST_BYTES,
        compression=None,
        proxy=None if is_loopback(url) else True,
    ) as events:
        post(LinkOpened(link))
        began, count = clock(), 0
        async for data in events:
            if clock() - began >= 60.0:
                began, count = clock(), 0
            if (count := count + 1) > MOST_A_MINUTE:
                raise _Flood
            post(LinkNews(link, reading.news(data)))
