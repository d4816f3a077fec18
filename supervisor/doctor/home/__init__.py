"""Whether the home is sound: its configuration, files, models, and the instance that runs in it."""
