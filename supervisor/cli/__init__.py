"""The `supervisor` command: one file a command, imported only when it is used, so that --help is quick."""
