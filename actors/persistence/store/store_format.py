"""The store format: how the keys and records of a database as a whole are laid out."""

from actors.persistence.store.database import Transaction

STORE_FORMAT = 2
_KEY = "format"


def format_of(txn: Transaction) -> int:
    """The format of the database; 0 for an empty one."""
    stored = txn.get(_KEY)
    if stored is not None:
        return int(stored) if stored.isdigit() else STORE_FORMAT + 1
    # The first format had no mark.
    return 1 if txn.keys("state/") or txn.keys("epoch/") else 0


def mark(txn: Transaction) -> None:
    """Note that the database has today's format."""
    txn.put(_KEY, str(STORE_FORMAT).encode())
