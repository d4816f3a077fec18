"""The tracker: joins what detectors, the reader and the depth actor saw into who and what is there."""
