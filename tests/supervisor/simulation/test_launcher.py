"""Launchers in virtual time: what they promise, and that the account of it is no formality."""

from supervisor.launcher.restart_policy import RestartSettings
from supervisor.simulation.checks.launching import RootHistory, RootLife, violations
from supervisor.simulation.launcher import simulate_launchers


def test_launchers_keep_their_promise_whatever_their_roots_do() -> None:
    assert {seed: found for seed in range(60) if (found := simulate_launchers(seed))} == {}


def _life(begun: float, ended: float, code: int = -9, **more: object) -> RootLife:
    life = RootLife(begun, 0, frozenset(), begun, ended, code, told=True, rested=True)
    for name, value in more.items():
        setattr(life, name, value)
    return life


def _told(*roots: RootLife, code: int, signals: tuple[float, ...] = ()) -> str:
    history = RootHistory(RestartSettings(), list(roots), list(signals), code=code)
    history.ended_at = max(root.ended_at or 0.0 for root in roots)
    return " ".join(violations(history))


def test_what_a_launcher_must_not_do_is_told() -> None:
    assert _told(_life(0.0, 10.0), _life(10.0, 20.0, 0, deaths=1, goodbye=True), code=0) == ""
    assert "was held" in _told(_life(0.0, 10.0, 0, held=frozenset({"Jump"})), code=0)
    assert "not followed by a rest" in _told(_life(0.0, 10.0, 0, rested=False), code=0)
    assert "on purpose" in _told(_life(0.0, 10.0, 2), _life(10.0, 20.0, 0, deaths=1, goodbye=True), code=0)
    assert "after 3.000 s, not 0.000 s" in _told(_life(0.0, 10.0), _life(13.0, 20.0, 0, deaths=1), code=0)
    assert "well was killed" in _told(
        _life(0.0, 10.0, kills=[9.9]), _life(10.0, 20.0, 0, deaths=1, goodbye=True), code=0
    )
    assert "told to stop" in _told(_life(0.0, 99.0, 0), code=0, signals=(10.0,))
    assert "ended with 1" in _told(_life(0.0, 10.0, 0), code=1)
    assert "ended with 0" in _told(_life(0.0, 10.0, 0), code=0), "nobody asked for it, and it said no goodbye"
    assert "too many deaths" in _told(*(_life(n, n + 0.5, deaths=n) for n in range(9)), code=70)
