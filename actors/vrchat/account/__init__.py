"""What is done with the account, decided by frozen values and pure functions."""
