"""What the launcher raises: one sentence that says what is wrong and what to do."""


class Trouble(Exception):  # noqa: N818  it reads as what it is
    """Something the person who started us can mend; the message is for them."""
