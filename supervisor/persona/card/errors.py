"""What a file that is no usable card ends in."""


class CardRefused(Exception):
    """No persona can be made of the file; the text says why, and what to do, without the file's name."""
