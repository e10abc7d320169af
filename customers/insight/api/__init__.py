"""The profile for other systems: one read, for a stated purpose."""
