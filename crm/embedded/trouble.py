"""What the launcher raises: one sentence that says what is wrong and what to do."""


class Trouble(Exception):
    """Something the person who started us can mend; the message is for them."""
