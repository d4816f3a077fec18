"""xoscar beside us: an actor in a sub-process; run by .venv-peers, prints one JSON line.

`python xoscar_peer.py nodes COUNT`
"""

import asyncio
import json
import statistics
import sys
import time

import xoscar as xo


class Echo(xo.Actor):
    def __init__(self):
        self.count = 0

    async def tell(self, number):
        self.count += 1

    async def ask(self, number):
        return number


async def nodes(count):
    pool = await xo.create_actor_pool("127.0.0.1:0", n_process=1)
    async with pool:
        address = pool.sub_processes and next(iter(pool.sub_processes))
        ref = await xo.create_actor(Echo, address=address, uid="echo")
        await ref.ask(0)
        asks = []
        for n in range(count):
            begun = time.perf_counter()
            await ref.ask(n)
            asks.append(time.perf_counter() - begun)
        tells = count * 5
        begun = time.perf_counter()
        for n in range(tells):
            await ref.tell.send(n)
        await ref.ask(0)
        took = time.perf_counter() - begun
    asks.sort()
    return {
        "ask_p50": statistics.median(asks) * 1e6,
        "ask_p99": asks[int(len(asks) * 0.99)] * 1e6,
        "tell": tells / took,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(nodes(int(sys.argv[2])))), flush=True)
