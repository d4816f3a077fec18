"""The audit of messages: what became of each, told from a running tree, from a simulated one, or from a trace."""
