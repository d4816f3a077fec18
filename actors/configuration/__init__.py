"""Hands each actor its section of the configuration."""
