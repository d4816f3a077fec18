"""Writes versions of two domains without end, and prints each one that is committed. Started, and killed, by a test."""

import sys
from pathlib import Path

from actors.kernel.message import Asker
from actors.kernel.protocol import Committed, LoadState, SaveState, StateLoaded, Version
from actors.persistence.clerk import Clerk, Request
from actors.persistence.database import Database
from actors.persistence.store import Store


def main(path: Path) -> None:
    clerk = Clerk(Store(Database(path, 2**20)))
    epochs = []
    for outcome in clerk.work([Request(LoadState(domain), Asker("", "")) for domain in ("users", "world")]):
        assert isinstance(outcome.message, StateLoaded)
        epochs.append(outcome.message.epoch)
    print("epochs", *epochs, flush=True)
    n = 0
    while True:
        n += 1
        saves = [
            SaveState(domain, 1, Version(epoch, n), f"{epoch}.{n}".encode() * 500)
            for domain, epoch in zip(("users", "world"), epochs, strict=True)
        ]
        for outcome in clerk.work([Request(save, Asker("", "")) for save in saves]):
            assert isinstance(outcome.message, Committed)
        print(n, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
