"""Faults to inject into a running or simulated tree: their names, a seeded plan, and the injector."""
