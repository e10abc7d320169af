"""Track and manage over the API: moves, promises, questions and the timeline of a matter."""
