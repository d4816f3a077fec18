"""A process that runs actors of several homes of this machine, and holds what they share, such as a model, once."""
