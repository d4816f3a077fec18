"""What people tell of themselves and of others, as facts: how it is understood, kept, found again and told on."""
