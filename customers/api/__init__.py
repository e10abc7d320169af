"""Partner doors to customers: one folder per TM Forum Open API."""
