"""What a plugin's recognizer or voice is: the protocols, and how to say that it cannot be used."""

from actors.speech.engines.engine import RATE, EngineBroken, Samples, Sound, Transcriber, Transcription, Voice

__all__ = ["RATE", "EngineBroken", "Samples", "Sound", "Transcriber", "Transcription", "Voice"]
