"""`llm.local`: the embedded model, served on 127.0.0.1; idle when another provider answers."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from actors.kernel.actor import Actor, handles
from actors.kernel.protocol.lifecycle import Health
from actors.llm.embedded import gguf
from actors.llm.embedded.llama import LlamaServer
from actors.llm.messages import LLM, LocalModelReady, LocalModelUnavailable, WhereIsLocalModel
from actors.llm.servers.providers import choose
from config.schema import Llm


class Served(Protocol):
    """A model that is served until `close` (actors.llm.embedded.llama.LlamaServer)."""

    base_url: str
    model: str

    def close(self) -> None: ...


class LocalModel(Actor):
    """Loads in `preload`, so pin it to a process; tells `llm` where the model is, or why there is none."""

    def __init__(
        self, llm: Llm, home: Path, serving: Callable[[Path, int, int], Served] = LlamaServer
    ) -> None:
        """serving: loads the model of a file, with a context of so many tokens, for so many threads."""
        self._llm = llm
        self._home = home
        self._serving = serving
        self._server: Served | None = None
        self._answer: LocalModelReady | LocalModelUnavailable = LocalModelUnavailable("not loaded yet")
        self._needed = choose(llm).uses_local

    def preload(self) -> None:
        if not self._needed:
            self._answer = LocalModelUnavailable(f"not needed: {choose(self._llm).note}")
            return
        try:
            self._answer = self._serve()
        except gguf.ModelFileError as error:
            self._answer = LocalModelUnavailable(error.why, error.remedy)

    def on_start(self) -> None:
        answer = self._answer
        if isinstance(answer, LocalModelReady):
            self.health(Health.OK, f"{answer.model}, loaded in {answer.load_seconds:.2f} s")
        else:
            self.health(Health.DOWN if self._needed else Health.OK, answer.why, answer.remedy)
        if self._needed:
            self.tell(LLM, answer)

    def on_stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """The model itself is loaded by a restart, when it is needed and was not."""
        self._llm = sections.get("llm", self._llm)
        return choose(self._llm).uses_local == self._needed

    @handles
    def on_where(self, message: WhereIsLocalModel) -> None:
        self.reply(self._answer)

    def _serve(self) -> LocalModelReady:
        started = time.monotonic()
        path = gguf.find(self._llm.local.model_path, self._home)
        gguf.check(path)
        server = self._server = self._serving(path, self._llm.local.context, self._llm.local.threads)
        return LocalModelReady(server.base_url, server.model, time.monotonic() - started)
