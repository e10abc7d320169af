"""Partner doors to interactions: one folder per TM Forum Open API."""
