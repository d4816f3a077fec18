"""The peer: a bare script that calls the same parts one after another, as most voice bots do.

Silence of 0.38 s ends a turn; then Whisper, the model until its first clause, the voice, the device. It keeps the whole
talk in its prompt and nothing else. `python -m benchmarks._voice.bare INPUT OUTPUT` runs until it is ended.
"""

import json
import queue
import sys
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import sounddevice

from actors.llm.embedded.gguf import find
from actors.llm.embedded.llama import LlamaServer
from actors.llm.text.sentences import SentenceSplitter
from actors.speech.engines import embedded
from actors.speech.engines.piper import Piper
from actors.speech.engines.vad import CHUNK, Silero
from actors.speech.engines.whisper import Whisper

SILENCE = 12  # chunks of 32 ms: 0.38 s
LEAST = 8


def main() -> None:
    """Answer whatever is said, until killed."""
    captured: queue.SimpleQueue[Any] = queue.SimpleQueue()
    activity, whisper = Silero(embedded.activity_model()), Whisper(embedded.whisper_model())
    voice, model = Piper(embedded.voice_model()), LlamaServer(find(None, Path()), 2048, 1)
    list(voice.synthesize("Hello."))
    whisper.transcribe(np.zeros(16000, np.float32))
    talk = [
        {
            "role": "system",
            "content": "You are Gerald, talking with people in VRChat. Answer in one to three short sentences.",
        }
    ]
    speaker = sounddevice.OutputStream(
        voice.rate, channels=1, dtype="int16", device=sys.argv[2], latency="low"
    )
    speaker.start()
    with sounddevice.InputStream(
        16000, CHUNK, sys.argv[1], 1, "float32", callback=lambda data, *_: captured.put(data[:, 0].copy())
    ):
        print("ready", flush=True)
        while True:
            spoken = _utterance(captured, activity)
            talk.append({"role": "user", "content": whisper.transcribe(spoken).text})
            reply = _answer(
                model, talk, lambda text: [speaker.write(piece) for piece in voice.synthesize(text)]
            )
            talk.append({"role": "assistant", "content": reply})
            while not captured.empty():
                captured.get()
            activity.reset()


def _utterance(captured: "queue.SimpleQueue[Any]", activity: Silero) -> Any:
    chunks: list[Any] = []
    speech = quiet = 0
    while True:
        chunk = captured.get()
        chunks.append(chunk)
        if activity.probability(chunk) >= 0.5:
            speech, quiet = speech + 1, 0
        else:
            quiet += 1
        if not speech:
            chunks = chunks[-10:]
        elif quiet >= SILENCE:
            if speech >= LEAST:
                return np.concatenate(chunks)
            chunks, speech, quiet = [], 0, 0


def _answer(model: LlamaServer, talk: list[dict[str, str]], say: Any) -> str:
    body = {
        "model": model.model,
        "messages": talk[-17:],
        "stream": True,
        "max_tokens": 48,
        "temperature": 0.3,
    }
    splitter, whole = SentenceSplitter(8), ""
    with httpx.stream("POST", f"{model.base_url}/chat/completions", json=body, timeout=60) as answer:
        for line in answer.iter_lines():
            if not line.startswith("data: {"):
                continue
            text = (json.loads(line[6:])["choices"] or [{}])[0].get("delta", {}).get("content") or ""
            whole += text
            for sentence in splitter.feed(text):
                say(sentence)
    for sentence in splitter.flush():
        say(sentence)
    return whole


if __name__ == "__main__":
    main()
