"""`users`: what is kept of people beyond what they said."""

from config.schema.section import Section, setting


class KeptOfUsers(Section, key="users", about="What is kept of people beyond their words.", place=16):
    """What is kept of people beyond their words."""

    voice_prints: bool = setting(
        False,
        "Whether people are known again by their voice on later visits. How a voice sounds is then kept, encrypted, in"
        " data/voices, and is erased with whoever is forgotten; with false nothing is kept there.",
        restarts=("speech.recognizer",),
    )
