"""The way to OpenAI-compatible servers: streams, failures, and what each has taught."""
