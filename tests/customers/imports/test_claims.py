"""The first with a key keeps it."""

from customers.imports.claims import Claims


def test_the_first_owner_is_told_to_everybody_after() -> None:
    claims = Claims()

    told = [claims.first("a", 2), claims.first("b", 3), claims.first("a", 9), claims.first("a", 2)]

    assert told == [2, 3, 2, 2]


def test_thousands_of_keys_keep_their_owners() -> None:
    claims = Claims()
    for n in range(200_000):
        claims.first(f"C-{n}", n)

    assert [claims.first(f"C-{n}", -1) for n in (0, 65_535, 199_999)] == [0, 65_535, 199_999]
