"""The five domains, each the address of the actor whose state it is."""

__all__ = ["DOMAINS"]

DOMAINS = ("conversation", "users", "world", "avatar", "system")
