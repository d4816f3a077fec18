"""The messages that every actor may be sent, whatever room it lives in: five protocols, a module each."""
