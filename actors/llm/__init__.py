"""The mind's engine: any OpenAI-compatible model server, the embedded one, or a script."""
