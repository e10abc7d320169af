"""Reports for customers: which kinds there are, their periods, and the files they become."""
