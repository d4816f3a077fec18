"""What a running instance tells Prometheus of itself: counts and latencies, and nobody's names or words."""
