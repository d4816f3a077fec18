"""What two homes cannot both have is found before anything starts."""

from pathlib import Path
from typing import Any

from config.schema import Config
from supervisor.fleet.collisions import claims, collisions


def config(**sections: Any) -> Config:
    return Config.model_validate(sections)


def found(*configs: Config, safe: bool = False) -> list[tuple[str, str, str]]:
    claimed = [
        (chr(97 + n), tuple(claims(one, Path(f"/homes/{n}"), safe=safe))) for n, one in enumerate(configs)
    ]
    return [(one.first, one.later, one.claim.setting) for one in collisions(claimed)]


def apart(number: int, **more: Any) -> Config:
    osc = {"input_port": 9101 + 2 * number, "output_port": 9100 + 2 * number}
    return config(osc={**osc, **more.pop("osc", {})}, page={"enabled": False}, **more)


def test_homes_with_the_defaults_collide_in_every_port() -> None:
    assert found(Config(), Config()) == [
        ("a", "b", "osc.input_port"),
        ("a", "b", "page.port"),
        ("a", "b", "osc.output_port"),
    ]


def test_ports_of_their_own_do_not_collide_nor_do_free_ones() -> None:
    assert found(apart(0), apart(1), apart(2)) == []
    assert found(apart(0, osc={"input_port": 0}), apart(1, osc={"input_port": 0})) == []


def test_an_address_collides_with_every_address_and_loopback_with_itself_only() -> None:
    def at(host: str, number: int) -> Config:
        return apart(number, osc={"input_port": 9500, "input_host": host})

    assert found(at("127.0.0.1", 0), at("localhost", 1)) == [("a", "b", "osc.input_port")]
    assert found(at("192.168.1.2", 0), at("0.0.0.0", 1)) == [("a", "b", "osc.input_port")]
    assert found(at("192.168.1.2", 0), at("192.168.1.3", 1)) == []


def test_a_folder_outside_the_homes_cannot_be_shared() -> None:
    shared = {"database_url": "lmdb:///var/one"}
    assert found(apart(0, storage=shared), apart(1, storage=shared)) == [("a", "b", "storage.database_url")]


def test_one_that_starts_the_core_only_has_no_osc() -> None:
    same = apart(0)
    assert found(same, same, safe=True) == []
