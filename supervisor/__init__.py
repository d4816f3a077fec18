"""Who lives under whom, and what happens when one dies; and the `supervisor` command."""
