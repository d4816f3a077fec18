"""Stand-ins for the world outside: small, real and scripted."""
