"""The names under which things are put on the network. They are not secret, and prove nothing."""

PREFIX = "gerald/1"
HELLO = f"{PREFIX}/hello"
"""Where hosts greet the home."""
HOME = f"{PREFIX}/home"
"""The home's sign that its session lives."""
ALL_HOSTS = f"{PREFIX}/alive/*"


def down(nonce: bytes) -> str:
    """Where a host listens to the home."""
    return f"{PREFIX}/down/{nonce.hex()}"


def up(nonce: bytes) -> str:
    """Where the home listens to it."""
    return f"{PREFIX}/up/{nonce.hex()}"


def alive(nonce: bytes) -> str:
    """Its sign that its session lives."""
    return f"{PREFIX}/alive/{nonce.hex()}"
