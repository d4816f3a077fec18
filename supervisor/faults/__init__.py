"""Faults that are injected into a tree, running or simulated: what they are called, a seeded plan, and the injector."""
