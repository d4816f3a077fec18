"""The sink without a device: it ends at once, although it sleeps while there is nothing to play."""

import threading

from actors.audio.devices.silence import no_speaker
from actors.audio.playback.playlist import Playlist

WITHIN = 20.0


def test_it_ends_at_once_while_nothing_is_played() -> None:
    sink = no_speaker()
    sink.start(Playlist())
    sink.close()
    assert sink._thread is not None
    assert not sink._thread.is_alive(), "it would have slept for a minute"


def test_who_waits_for_sound_is_let_go_and_who_waits_again_is_not() -> None:
    playlist, let_go = Playlist(), threading.Event()

    def wait() -> None:
        assert not playlist.wait(600.0)
        let_go.set()

    threading.Thread(target=wait, daemon=True).start()
    playlist.give_up()
    assert let_go.wait(WITHIN)
    assert not playlist.wait(0.0)
