"""TMF621 Trouble Ticket v4."""
