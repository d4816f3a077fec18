"""What changes by itself on the open pages: each subject is asked for once, however many browsers show it."""
