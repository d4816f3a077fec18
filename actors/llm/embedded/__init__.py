"""The model on this machine: its file, and llama.cpp that serves it."""
