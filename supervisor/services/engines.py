"""What the homes of a service share, and how their actors are made of it."""

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from actors.kernel.actor import Actor
from actors.llm.messages import LOCAL_LLM
from config.schema import Llm
from supervisor.nodes.boot import Boot
from supervisor.services.turns import FairTurns

MOST_WAITING = 8
"""Requests of one home that may wait for their turn."""


class Engines:
    """places: how many requests a model answers at the same time."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._lock = threading.Lock()
        self._models: dict[tuple[Path, int, int], tuple[Any, FairTurns]] = {}

    def actor(self, boot: Boot, given: Mapping[str, Any], opened: ExitStack) -> Actor:
        """The actor of one home. given: its start arguments. opened: closes what is opened for it, when it has ended,
        however it ends. Raises LookupError for an actor that no service runs."""
        makers: Mapping[str, Callable[..., Actor]] = {LOCAL_LLM: self._local_model}
        home = Path(boot.home)
        arguments = (home if name == "home" else given[name] for name in boot.arguments)
        return makers[boot.address](opened, *arguments)

    def turns(self) -> Mapping[str, int]:
        """How many requests of each home had their turn."""
        served: dict[str, int] = {}
        with self._lock:
            models = tuple(self._models.values())
        for _, turns in models:
            for home, count in turns.served.items():
                served[home] = served.get(home, 0) + count
        return served

    def _local_model(self, opened: ExitStack, llm: Llm, home: Path) -> Actor:
        from actors.llm.local import LocalModel
        from supervisor.services.model_front import ModelFront

        def serve(path: Path, context: int, threads: int) -> ModelFront:
            server, turns = self._model(path, context, threads)
            front = ModelFront(str(home), server.base_url, server.model, turns)
            opened.callback(front.close)
            return front

        return LocalModel(llm, home, serve)

    def _model(self, path: Path, context: int, threads: int) -> tuple[Any, FairTurns]:
        """The model of this file, which is loaded once and kept. Raises ModelFileError."""
        from actors.llm.embedded.llama import LlamaServer

        key = (path.resolve(), context, threads)
        with self._lock:
            if key not in self._models:
                server = LlamaServer(path, context, threads, self._places)
                self._models[key] = (server, FairTurns(self._places, MOST_WAITING))
            return self._models[key]
