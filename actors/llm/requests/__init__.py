"""The bookkeeping of requests: which wait, which run, which are guesses, which nobody waits for."""
