"""Virtual sound hardware for the demo and tests: a private PulseAudio with its own microphone and speaker.

It does not touch the machine's own sound and leaves nothing running. Linux only; `unavailable` says what is missing.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from supervisor.demo.ear import PlaybackEar

MICROPHONE = "gerald_demo_mic"
SPEAKER = "gerald_demo_speaker"
"""The devices' names for `audio.input_device` and `audio.output_device`."""

_ALSA_CONF = Path("/usr/share/alsa/alsa.conf")
_ALSA_PLUGIN = "*/alsa-lib/libasound_module_pcm_pulse.so"
_REMEDY = "sudo apt-get install pulseaudio pulseaudio-utils libportaudio2 libasound2-plugins"
_PLAY_LATENCY_MS = 20
_ORPHANED = 20  # seconds without a client after which the daemon ends: its parent was killed

_PULSE = """\
load-module module-native-protocol-unix socket={socket} auth-anonymous=1
load-module module-null-sink sink_name={speaker}
load-module module-null-sink sink_name=mic_in channels=1
load-module module-remap-source master=mic_in.monitor source_name={microphone}
set-default-sink {speaker}
set-default-source {microphone}
"""
_ALSA = """\
<{stock}>
pcm.{name_in} {{ type pulse; device "{name_in}"; hint {{ show on; description "the demo's microphone" }} }}
pcm.{name_out} {{ type pulse; device "{name_out}"; hint {{ show on; description "the demo's speaker" }} }}
pcm.!default {{ type pulse }}
"""


class PulseBroken(Exception):
    """The private PulseAudio does not work; the message contains its output."""


def unavailable() -> str:
    """What a private PulseAudio lacks and how to install it; "" if it can run."""
    missing = [name for name in ("pulseaudio", "pacat", "parec", "pactl") if shutil.which(name) is None]
    if not _ALSA_CONF.is_file():
        missing.append(str(_ALSA_CONF))
    if not any(Path("/usr/lib").glob(_ALSA_PLUGIN)):
        missing.append("ALSA's plugin for PulseAudio")
    return f"missing: {', '.join(missing)} ({_REMEDY})" if missing else ""


class PulseHarness:
    """Use as a context: the daemon runs inside it. environment: for the processes that use its devices.

    microphone, speaker: listeners to what is played on either.
    """

    environment: Mapping[str, str]
    microphone: PlaybackEar
    speaker: PlaybackEar

    def __enter__(self) -> "PulseHarness":
        """Raises PulseBroken when the daemon does not come up within 10 s."""
        with ExitStack() as stack:
            folder = TemporaryDirectory(prefix="gerald-", ignore_cleanup_errors=True)
            self._folder = Path(stack.enter_context(folder))
            self._write_configuration()
            self._log = stack.enter_context((self._folder / "log").open("w+b"))
            self._daemon = self._spawn()
            stack.callback(self._end)
            self._await_daemon(10.0)
            # Listening also keeps the sinks awake: an idle one stalls the next stream for a second or two.
            self.microphone = stack.enter_context(PlaybackEar("mic_in.monitor", self._environment))
            self.speaker = stack.enter_context(PlaybackEar(f"{SPEAKER}.monitor", self._environment))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def play(self, wav: Path, timeout: float = 60.0) -> float:
        """Play a WAV file into the microphone. Returns when its last audible sample was captured, in epoch seconds.

        Raises PulseBroken when it was not played within `timeout` seconds, or not heard.
        """
        begun = time.time()
        how = ("--playback", "--file-format=wav", f"--latency-msec={_PLAY_LATENCY_MS}", "-d", "mic_in")
        try:
            done = self._client("pacat", *how, str(wav), timeout=timeout)
        except subprocess.TimeoutExpired:
            raise PulseBroken(f"{wav} was not played within {timeout:g} s") from None
        if done.returncode:
            raise PulseBroken(f"{wav} could not be played: {done.stderr.strip()}")
        heard = self.microphone.last_sound(since=begun)
        if heard is None:
            raise PulseBroken(f"{wav} was played, and nothing was heard of it on the virtual microphone")
        return heard

    @contextmanager
    def echo(self, decibels: float, milliseconds: int) -> Iterator[None]:
        """Meanwhile what the speaker plays comes back into the microphone, so much louder and so late.

        Raises PulseBroken."""
        wires = (f"source={SPEAKER}.monitor", "sink=mic_in", f"latency_msec={milliseconds}")
        made = self._client("pactl", "load-module", "module-loopback", *wires, timeout=10.0)
        number = made.stdout.strip()
        if not number.isdigit():
            raise PulseBroken(f"no loopback: {made.stderr.strip()}")
        try:
            listed = self._client("pactl", "list", "sink-inputs", timeout=10.0).stdout
            for entry in listed.split("Sink Input #")[1:]:
                if f"Owner Module: {number}\n" in entry:
                    volume = f"{10 ** (decibels / 60):.4f}"  # PulseAudio's volumes are cubic
                    which = entry.split("\n", 1)[0]
                    self._client("pactl", "set-sink-input-volume", which, volume, timeout=10.0)
            yield
        finally:
            self._client("pactl", "unload-module", number, timeout=10.0)

    def kill(self) -> None:
        """End the daemon as a crash would."""
        self._daemon.kill()
        self._daemon.wait(3.0)
        (self._folder / "s").unlink(missing_ok=True)

    def revive(self) -> None:
        """Start a killed daemon again, with the same devices but without listeners. Raises PulseBroken."""
        self._daemon = self._spawn()
        self._await_daemon(10.0)

    def _write_configuration(self) -> None:
        socket = self._folder / "s"
        pulse = _PULSE.format(socket=socket, speaker=SPEAKER, microphone=MICROPHONE)
        alsa = _ALSA.format(stock=_ALSA_CONF, name_in=MICROPHONE, name_out=SPEAKER)
        (self._folder / "default.pa").write_text(pulse, encoding="utf-8")
        (self._folder / "asound.conf").write_text(alsa, encoding="utf-8")
        self.environment = {
            "PULSE_SERVER": f"unix:{socket}",
            "ALSA_CONFIG_PATH": str(self._folder / "asound.conf"),
        }
        homes = ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH")
        elsewhere = dict.fromkeys(homes, str(self._folder))
        self._environment = {**os.environ, **self.environment, **elsewhere}

    def _spawn(self) -> subprocess.Popen[bytes]:
        options = f"--daemonize=no --exit-idle-time={_ORPHANED} --disable-shm=yes --use-pid-file=no"
        return subprocess.Popen(
            ["pulseaudio", "-n", f"--file={self._folder / 'default.pa'}", *options.split()],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,  # a Ctrl-C ends the demo, and the demo ends this
        )

    def _await_daemon(self, timeout: float) -> None:
        end = time.monotonic() + timeout
        while self._daemon.poll() is None and time.monotonic() < end:
            if MICROPHONE in self._client("pactl", "list", "short", "sources", timeout=5.0).stdout:
                return
            time.sleep(0.05)
        self._log.seek(0)
        said = self._log.read()[-500:].decode(errors="replace").strip()
        raise PulseBroken(f"pulseaudio did not come up within {timeout:g} s: {said or 'it said nothing'}")

    def _client(self, *command: str, timeout: float) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=self._environment, capture_output=True, timeout=timeout, check=False, text=True
        )

    def _end(self) -> None:
        self._daemon.terminate()
        try:
            self._daemon.wait(3.0)
        except subprocess.TimeoutExpired:
            self._daemon.kill()
            self._daemon.wait(3.0)
