"""Plugins in a running Gerald: their actors, messages and pages, and a report of all that are installed."""
