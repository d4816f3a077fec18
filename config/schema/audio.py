"""`audio`: the microphone, the speaker and the voice."""

from config.schema.section import Device, Section, setting

_DEVICE = "An index or a name, none, or file:PATH for a WAV file."


class Audio(Section, key="audio", about="Microphone, speaker and voice.", place=20):
    """Devices and the voice. Samples are float32, mono, in [-1, 1]."""

    input_device: Device = setting(None, f"The microphone. {_DEVICE}", unset="the system's default")
    output_device: Device = setting(None, f"The speaker. {_DEVICE}", unset="the system's default")
    sample_rate: int = setting(16000, "The rate the microphone is read at.", unit="Hz", ge=8000, le=192000)
    voice_model: str | None = setting(
        None,
        "A Piper voice (.onnx, its .onnx.json beside it), relative to the home.",
        restarts=("speech.synthesizer",),
        min_length=1,
        unset="the embedded voice is used",
    )
    volume: float = setting(1.0, "How loud the voice is played; 1 is as synthesised.", ge=0.0, le=2.0)
    mute_ears: bool = setting(False, "The bot hears nobody; `supervisor mute ears`.")
    mute_voice: bool = setting(
        False, "The bot speaks without a sound, in text only; `supervisor mute voice`."
    )
    mute_parameter: str | None = setting(
        None,
        "An avatar parameter (bool) that mutes the ears while it is true.",
        min_length=1,
        max_length=100,
        unset="no parameter does",
    )
    push_to_talk: str | None = setting(
        None,
        "An avatar parameter (bool); the bot hears only while it is true.",
        min_length=1,
        max_length=100,
        unset="the bot always hears",
    )
