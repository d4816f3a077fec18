"""How the bot itself is doing: metrics, errors, resources, modules."""
