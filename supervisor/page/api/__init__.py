"""The page for machines: health, metrics, and the requests of the commands as JSON, for the bearers of tokens."""
