"""Traces for other programs."""
