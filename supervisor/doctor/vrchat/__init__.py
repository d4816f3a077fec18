"""Whether VRChat is there, and reaches Gerald."""
