"""What can be asked of a running instance, by subject; `answer` finds who answers."""
