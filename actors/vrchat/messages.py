"""The address of VRChat's web interface, whose actor is still to come."""

from actors.vocabulary.addresses import Address

VRCHAT = Address("vrchat")
