"""The five domains: what is remembered, each under the address of the actor that keeps it."""

__all__ = ["DOMAINS"]

DOMAINS = ("conversation", "users", "world", "avatar", "system")
