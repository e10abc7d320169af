"""Events of other apps that interactions hear."""
