"""Report subscriptions of customers, and the reports made from them."""
