"""`supervisor demo`: the whole bot on one machine, without VRChat and without sound hardware."""
