"""What is known of each host, from three sides."""

from config.schema.hosts import HostSettings
from supervisor.hosts.identity.authority import RENEWED
from supervisor.hosts.identity.registry import Admitted, Contents, Revoked
from supervisor.hosts.listing import rows_of

NOW = 1e9
SOON = RENEWED.total_seconds()


def host(name: str, until: float) -> Admitted:
    return Admitted(name=name, fingerprints=("0" * 64,), since=NOW - 10.0, until=until)


CONTENTS = Contents(
    hosts=(host("good", NOW + SOON + 1.0), host("soon", NOW + SOON - 1.0), host("over", NOW - 1.0)),
    revoked=(
        Revoked(name="gone", fingerprint="1" * 64, at=NOW, until=NOW),
        Revoked(name="good", fingerprint="2" * 64, at=NOW, until=NOW),
    ),
)


def test_states_come_from_the_registry_and_labels_from_the_configuration() -> None:
    rows = rows_of(CONTENTS, {"good": HostSettings(labels=("gpu",)), "never": HostSettings()}, None, NOW)
    assert [(row.name, row.state, row.ends_soon, row.is_configured) for row in rows] == [
        ("gone", "removed", False, False),
        ("good", "joined", False, True),
        ("never", "not joined", False, True),
        ("over", "ended", True, False),
        ("soon", "joined", True, False),
    ]
    assert rows[1].labels == ("gpu",)
    assert {row.link_line for row in rows} == {""}


def test_links_come_from_the_running_instance() -> None:
    up = {"state": "up", "round_trip": 0.00123, "sent": 1500, "received": 20}
    rows = rows_of(CONTENTS, {}, {"links": {"good": up, "soon": {"state": "down", "why": "silent"}}}, NOW)
    lines = {row.name: row.link_line for row in rows}
    assert lines["good"] == "up, 1.2 ms, 1.5 kB out, 20 B in"
    assert lines["soon"] == "down, silent"
