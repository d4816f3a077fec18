"""The adapter to xllamacpp: llama.cpp's OpenAI-compatible server on 127.0.0.1, in this process, silent."""

import socket
from pathlib import Path
from typing import Any

from actors.llm.embedded.gguf import ModelFileError

HOST = "127.0.0.1"
CACHE_MIB = 64
QUIET = -1


class LlamaServer:
    """A served model, until `close`. base_url ends in /v1; model is the name it is served under."""

    def __init__(self, path: Path, context: int, threads: int, places: int = 1) -> None:
        """Load and serve: 0.5 to 0.7 s for the embedded model. Raises ModelFileError.

        places: how many requests are answered at the same time, each with a context of its own."""
        self.model = path.stem
        self._server: Any = _serve(path, context, threads, places)
        self.base_url = f"{self._server.listening_address}/v1"

    def close(self) -> None:
        """Stop serving and free the memory."""
        self._server = None


def _serve(path: Path, context: int, threads: int, places: int) -> Any:
    # imported here, because a bot with a remote model must not pay for it
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path = str(path)
    params.model_alias = {path.stem}
    params.hostnames = [HOST]
    params.port = 0
    params.n_ctx = context * places
    params.n_parallel = places
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cache_ram_mib = CACHE_MIB
    params.verbosity = QUIET
    params.ui = False
    # neither web pages in the owner's browser nor other users may read prompts
    params.cors_origins = ""
    params.endpoint_slots = False
    try:
        return Server(params)
    except RuntimeError:
        raise _why(path) from None


def _why(path: Path) -> ModelFileError:
    """llama.cpp says the same of a torn file, an unknown architecture and a port that it cannot have."""
    try:
        with socket.create_server((HOST, 0)):
            pass
    except OSError as error:
        why = f"no port can be opened on {HOST} ({error.strerror})"
        return ModelFileError(why, "check the firewall, and how many sockets are open")
    return ModelFileError(
        f"llama.cpp cannot load {path}: damaged, too large for the memory, or of an unknown architecture",
        "fetch it again or choose another (llm.local.model_path); `make setup` brings the embedded one",
    )
