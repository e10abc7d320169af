"""TMF683 Party Interaction v4."""
