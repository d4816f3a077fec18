"""Other machines that run some of Gerald's actors: who they are, the wire to them, and what runs there."""
