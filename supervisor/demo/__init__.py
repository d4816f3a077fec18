"""The parts of `supervisor demo`: Gerald on one machine, without VRChat and without sound hardware."""
