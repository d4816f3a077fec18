"""`llm.local`: the embedded model, served on 127.0.0.1; idle when another provider answers."""

import time
from pathlib import Path

from actors.kernel.actor import Actor, handles
from actors.kernel.protocol import Health
from actors.llm import gguf
from actors.llm.llama import LlamaServer
from actors.llm.messages import LocalModelReady, LocalModelUnavailable, WhereIsLocalModel
from actors.llm.providers import choose
from config.schema import Llm


class LocalModel(Actor):
    """Loads in `on_start`, so pin it to a process; tells `llm` where the model is, or why there is none."""

    def __init__(self, llm: Llm, home: Path) -> None:
        self._llm = llm
        self._home = home
        self._server: LlamaServer | None = None
        self._answer: LocalModelReady | LocalModelUnavailable = LocalModelUnavailable("not loaded yet")

    def on_start(self) -> None:
        provider = choose(self._llm)
        if provider.kind != "local":
            self._answer = LocalModelUnavailable(f"not needed: {provider.note}")
            self.health(Health.OK, self._answer.why)
            return
        try:
            self._answer = self._serve()
            self.health(Health.OK, f"{self._answer.model}, loaded in {self._answer.load_seconds:.2f} s")
        except gguf.ModelFileError as error:
            self._answer = LocalModelUnavailable(error.why, error.remedy)
            self.health(Health.DOWN, error.why, error.remedy)
        self.tell("llm", self._answer)

    def on_stop(self) -> None:
        if self._server is not None:
            self._server.close()

    @handles
    def on_where(self, message: WhereIsLocalModel) -> None:
        self.reply(self._answer)

    def _serve(self) -> LocalModelReady:
        started = time.monotonic()
        path = gguf.find(self._llm.local.model_path, self._home)
        gguf.check(path)
        self._server = LlamaServer(path, self._llm.local.context, self._llm.local.threads)
        return LocalModelReady(self._server.base_url, self._server.model, time.monotonic() - started)
