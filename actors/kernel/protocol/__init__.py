"""The messages that every actor may be sent: five protocols, a module each."""
