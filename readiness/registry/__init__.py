"""What other apps may ask and tell readiness: slots, resolution, checks, measures."""
