"""How detectors say what they found: one file for each family, chosen by the shapes of what the network gives."""
