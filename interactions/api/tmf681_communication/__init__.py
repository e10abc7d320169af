"""TMF681 Communication Management v4."""
