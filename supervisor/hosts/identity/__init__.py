"""Who may come: the home's small certificate authority, certificates, the hosts that were let in, and invitations."""
