"""The address of VRChat's web interface, whose actor is still to come."""

from actors.vocabulary.addresses import Address

__all__ = ["VRCHAT"]

VRCHAT = Address("vrchat")
