"""TMF629 Customer Management v4."""
