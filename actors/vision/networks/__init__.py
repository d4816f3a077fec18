"""Networks that look at pictures: their files, and how they are run."""
