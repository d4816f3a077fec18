"""The simulator: the real tree on one thread, with a virtual clock, seeded interleavings and injected faults."""
