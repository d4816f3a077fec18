"""What an invitation says where this machine is."""

from supervisor.hosts.own_addresses import chosen, reached_at


def test_what_was_named_goes_before_what_is_found() -> None:
    assert reached_at("0.0.0.0", ("gerald.example",)) == ("gerald.example",)
    assert reached_at("192.0.2.7", ()) == ("192.0.2.7",)
    assert reached_at("0.0.0.0", tuple("abcdef")) == ("a", "b", "c", "d")


def test_the_address_towards_the_rest_of_the_network_is_first() -> None:
    own = ["127.0.0.1", "192.0.2.7", "10.0.0.5", "fe80::1%eth0", "2001:db8::7", "169.254.1.1"]
    assert chosen(["10.0.0.5"], own, both=False) == ("10.0.0.5", "192.0.2.7")
    assert chosen([], own[3:], both=True) == ("2001:db8::7",)
    assert chosen([], own[3:], both=False) == ("127.0.0.1",)
    assert chosen([], ["nonsense", "0.0.0.0", "224.0.0.1", "::1"], both=True) == ("127.0.0.1",)
