"""The audit of messages: the fate of each, in a running tree, in a simulated one, or in a trace."""
