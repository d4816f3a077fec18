"""Whether sound comes and goes: devices, cables, levels, and who muted Gerald."""
