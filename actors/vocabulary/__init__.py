"""Values that several rooms share. Imports nothing of the project."""
