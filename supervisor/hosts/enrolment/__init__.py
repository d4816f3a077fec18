"""How a machine becomes a host: the home waits for whoever holds an invitation, and gives it a certificate."""
