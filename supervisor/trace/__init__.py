"""The trace: every handled message on disk as MCAP, and how to read it again."""
