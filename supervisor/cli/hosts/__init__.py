"""Commands about other machines that run some of the actors."""
