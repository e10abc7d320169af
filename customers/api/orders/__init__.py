"""What an order needs, how far it is, and who has what they need."""
