"""Talks with Gerald on virtual cables and measures what a person would meet.

`python benchmarks/voice.py [SCENARIO ...] [--whole]`. Real parts throughout: a private PulseAudio, sound into the
virtual microphone, both directions recorded, an OSC peer in VRChat's place. Voices are synthetic unless the line says
human. Where words matter and the model does not, a scripted server answers; latency is that of the embedded model.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._report import Figure, Report
from benchmarks._voice import languages, latency, overlap, talk, visitors
from benchmarks._voice.room import Cables, Room, silence
from benchmarks._voice.voices import missing, reading

EARS = ("audio.microphone", "speech.recognizer")


def _latency(report: Report, cables: Cables, short: bool) -> None:
    ask = 12 if short else 40
    ours = latency.ours(cables, ask)
    theirs = latency.theirs(cables, ask)
    middle, peer = latency.median(ours), latency.median(theirs)
    add, tenth = report.add, max(3, ask // 4)
    add(Figure("speech to reply, median", middle, "s", at_most=0.55))
    add(Figure("speech to reply, p90", latency.percentile(ours, 0.9), "s", at_most=0.8))
    add(Figure("the same beside a bare script", middle, "s", "bare script", peer, at_most=0.6))
    last, first = latency.median(ours[-tenth:]), latency.median(ours[:tenth])
    add(Figure(f"the last {tenth} of {ask}", last, "s", f"the first {tenth}", first, at_most=1.1))
    add(Figure("questions without an answer", ask - len(ours), at_most=0.0))


FILM = Path(__file__).parents[1] / "tests" / "pictures" / "kept" / "film.avi"
BROWSERS = 5
EYES = ("computer_vision.enabled=true", f"computer_vision.source=file:{FILM}")


def _eyes(report: Report, cables: Cables, short: bool) -> None:
    """Whether open eyes make people wait: by turns, since a machine is not the same all the time."""
    closed, opened = [], []
    for _ in range(2):
        closed += latency.ours(cables, 8 if short else 20)
        opened += latency.ours(cables, 8 if short else 20, *EYES)
    times = latency.median(opened), latency.median(closed)
    report.add(
        Figure("speech to reply with open eyes, median", times[0], "s", "closed", times[1], at_most=1.1)
    )
    tails = latency.percentile(opened, 0.9), latency.percentile(closed, 0.9)
    report.add(Figure("speech to reply with open eyes, p90", tails[0], "s", "closed", tails[1]))


def _page(report: Report, cables: Cables, short: bool) -> None:
    """Whether open browsers make people wait: by turns, since a machine is not the same all the time."""
    closed, opened = [], []
    for _ in range(2):
        closed += latency.ours(cables, 8 if short else 20)
        opened += latency.watched(cables, 8 if short else 20, BROWSERS)
    for name, of in (("median", latency.median), ("p90", lambda times: latency.percentile(times, 0.9))):
        told = f"speech to reply with {BROWSERS} browsers open, {name}"
        report.add(
            Figure(told, of(opened), "s", "closed", of(closed), at_most=1.1 if name == "median" else None)
        )


def _babble(report: Report, cables: Cables, short: bool) -> None:
    found = latency.with_babble(cables, 5 if short else 10)
    plain = latency.median(found.pop(99))
    for below, times in found.items():
        name = f"extra wait with babble {below} dB below, median"
        report.add(Figure(name, latency.median(times) - plain, "s", at_most=0.3))


def _answers(report: Report, cables: Cables, short: bool) -> None:
    given, lost = talk.dropped_answers(cables)
    report.add(Figure(f"answers in his own words that were dropped, of {given}", lost, at_most=0.0))


def _readings(report: Report, cables: Cables, short: bool) -> None:
    two, long = talk.readings(cables)
    report.add(Figure("human reading of 44 s: begun to speak into it", two.talked_into, at_most=1.0))
    report.add(Figure("human reading of 44 s: words lost", two.lost, at_most=0.05))
    report.add(Figure("human reading of 44 s: word error rate", two.rate, at_most=0.10))
    report.add(Figure("human reading of 44 s: utterances", two.utterances, at_most=1.0))
    report.add(Figure("human reading of 83 s: begun to speak into it", long.talked_into, at_most=1.0))
    report.add(Figure("human reading of 83 s: words lost (truth: Whisper alone)", long.lost, at_most=0.05))
    print(f"  44 s: {two.heard}\n  83 s: {long.heard}")


def _pauses(report: Report, cables: Cables, short: bool) -> None:
    found, waits = talk.pauses(cables, 6 if short else 20)
    for pause, bar in zip(found, (0.05, 0.10, 0.20), strict=True):
        share = pause.cut_off / pause.clips
        report.add(Figure(f"unfinished, pause of {pause.seconds} s: cut off", share, at_most=bar))
        print(f"  pause of {pause.seconds} s: words lost in {pause.lost} of {pause.clips}")
    sure = talk.sure_waits(cables, 10)
    extra = latency.median(waits) - latency.median(sure)
    report.add(Figure("the same without a pause: extra wait, median", extra, "s", at_most=0.1))


def _echo(report: Report, cables: Cables, short: bool) -> None:
    found = overlap.echoes(cables, 25.0 if short else 67.0)
    for one in found:
        print(
            f"  echo {one.decibels} dB, {one.milliseconds} ms: {one.asked} asked, {one.answered_himself} to himself"
        )
    report.add(Figure("echo: answers to himself", sum(one.answered_himself for one in found), at_most=0.0))
    report.add(
        Figure("echo: transcripts with his own words", sum(one.own_words for one in found), at_most=0.0)
    )


def _interruption(report: Report, cables: Cables, short: bool) -> None:
    found = overlap.interruptions(cables, 6 if short else 18)
    report.add(Figure("interrupted: quieter after, p50", latency.median(found.quieter), "s", at_most=0.25))
    report.add(
        Figure("interrupted: quieter after, p95", latency.percentile(found.quieter, 0.95), "s", at_most=0.4)
    )
    report.add(Figure("interrupted: stopped after, p50", latency.median(found.stopped), "s", at_most=0.7))
    report.add(
        Figure("interrupted: stopped after, p95", latency.percentile(found.stopped, 0.95), "s", at_most=0.9)
    )
    near = overlap.interruptions(cables, 6 if short else 12, (-6, 150))
    report.add(
        Figure("word errors of who speaks over his echo (-6 dB)", float(np.mean(near.rates)), at_most=0.2)
    )


def _murmurs(report: Report, cables: Cables, short: bool) -> None:
    found = overlap.murmurs(cables, 15 if short else 60)
    stopped = [name for name, ended in found if ended]
    report.add(
        Figure(f"replies ended by {len(found)} murmurs, coughs, laughs, knocks", len(stopped), at_most=3.0)
    )
    for name in stopped:
        print(f"  ended for: {name}")


def _alone(report: Report, cables: Cables, short: bool) -> None:
    seconds = 100.0 if short else 600.0
    texts = overlap.alone(cables, seconds)
    report.add(
        Figure(f"transcripts in {seconds / 60:.0f} minutes of noise, babble, music", len(texts), at_most=1.0)
    )
    print(f"  {texts}")


_WORD_ERRORS = {"en": 0.05, "fr": 0.15, "it": 0.15, "pt": 0.15, "es": 0.2}


def _languages(report: Report, cables: Cables, short: bool) -> None:
    if why := languages.missing():
        print(f"  {why}")
        return
    count = 4 if short else 10
    print(
        f"  spoken by {languages.speaker()}; English beside tiny.en, the others beside base, told the language"
    )
    for found in languages.understood(cables, count):
        name = f"{found.language}, {count} sentences"
        report.add(Figure(f"{name}: language found", found.right, at_least=float(count)))
        most = _WORD_ERRORS[found.language]
        report.add(Figure(f"{name}: word error rate", found.rate, at_most=most))
        print(f"  {found.language}: bare engine {found.bare_rate:.3f}; heard {' | '.join(found.heard)}")
    for language, (code, heard) in languages.once(cables).items():
        report.add(Figure(f"{language}: taken for English and answered", float(code == "en"), at_most=0.0))
        print(f"  {language}: found {code or 'nothing'}, heard {heard!r}")
    said, nonsense = languages.without(cables, 2 if short else 5)
    report.add(Figure(f"with English only: nonsense answered, of {said}", len(nonsense)))
    print(f"  {nonsense}")


def _voices(report: Report, cables: Cables, short: bool) -> None:
    print(f"  {', '.join(f'{name} is {voice}' for name, voice in visitors.PEOPLE.items())}")
    visits = visitors.visits(cables, 4 if short else 10)
    for name, found in zip(("after an introduction", "on the next visit, no name said"), visits, strict=True):
        add = report.add
        add(Figure(f"{name}: attributed, of {found.said}", found.known / found.said, at_least=0.8))
        add(Figure(f"{name}: right, of {found.known}", found.right / max(1, found.known), at_least=0.95))
        print(f"  taken for another: {', '.join(found.wrong) or 'nobody'}")


def _ears(report: Report, cables: Cables, short: bool) -> None:
    """What the ears' processes take beyond what they take without a microphone, since others live there too."""
    seconds = 20.0 if short else 60.0
    speech = np.tile(reading("two_cities"), int(seconds / 44) + 1)[: int(seconds * 16000)]
    with Room(cables, "llm.mock_responses=true", "audio.input_device=none") as room:
        time.sleep(3.0)
        others = _share(room, cables, silence(seconds))
    with Room(cables, "llm.mock_responses=true") as room:
        time.sleep(3.0)
        shares = [_share(room, cables, sound) - others for sound in (silence(seconds), speech)]
    print(f"  the same processes without a microphone: {others:.1f} %")
    report.add(Figure("processor of the ears, nobody speaks", shares[0], "%", at_most=6.0))
    report.add(Figure("processor of the ears, somebody speaks", shares[1], "%", at_most=25.0))


def _share(room: Room, cables: Cables, sound: object) -> float:
    before, begun = room.seconds_of(EARS), time.monotonic()
    cables.say(sound)
    return 100 * (room.seconds_of(EARS) - before) / (time.monotonic() - begun)


SCENARIOS: dict[str, Callable[[Report, Cables, bool], None]] = {
    "latency": _latency,
    "eyes": _eyes,
    "page": _page,
    "answers": _answers,
    "babble": _babble,
    "readings": _readings,
    "pauses": _pauses,
    "echo": _echo,
    "interruption": _interruption,
    "murmurs": _murmurs,
    "alone": _alone,
    "ears": _ears,
    "languages": _languages,
    "voices": _voices,
}


def main() -> int:
    """Run the scenarios that were asked for, or all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "scenarios", nargs="*", metavar="SCENARIO", help=f"which: {', '.join(SCENARIOS)}; default: all"
    )
    parser.add_argument(
        "--whole", action="store_true", help="as many of each as the bars ask for: an hour and more"
    )
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.scenarios if name not in SCENARIOS]:
        parser.error(f"there is no scenario {', '.join(unknown)}")
    if why := missing():
        print(why, file=sys.stderr)
        return 2
    report = Report()
    for name in arguments.scenarios or SCENARIOS:
        print(f"-- {name}", flush=True)
        begun, known = time.monotonic(), len(report.figures)
        with Cables() as cables:
            SCENARIOS[name](report, cables, not arguments.whole)
        for figure in report.figures[known:]:
            print(f"  {figure}{'  MISSED' if figure.missed else ''}")
        print(f"  ({time.monotonic() - begun:.0f} s)", flush=True)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
