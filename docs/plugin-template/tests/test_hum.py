from gerald_example.hum import Hum

from supervisor.plugins.api.speech import Voice


def test_there_is_a_hum_for_each_word() -> None:
    voice: Voice = Hum(None)
    sounds = list(voice.synthesize("one two three"))
    assert len(sounds) == 3
    assert all(sound.size == 3200 and sound.dtype == "int16" for sound in sounds)
