"""The control socket of a running instance, for the `supervisor` command: local and authenticated."""
