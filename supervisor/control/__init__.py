"""The way into a running instance for the `supervisor` command: a local, authenticated socket."""
