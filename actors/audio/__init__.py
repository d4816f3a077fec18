"""Ears and mouth: the microphone and the speaker, on PortAudio or on files."""
