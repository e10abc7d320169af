"""Who was first with a key, kept so small that a file of a million rows costs few megabytes."""

from array import array

_BUCKETS = 0xFFFF


class Claims:
    """Sixteen bytes a key: its 64-bit fingerprint and the number of whoever was first."""

    def __init__(self) -> None:
        self._marks: dict[int, array[int]] = {}
        self._owners: dict[int, array[int]] = {}

    def first(self, key: str, owner: int) -> int:
        """Claim a key; returns who claimed it first, which may be this owner."""
        mark = hash(key)
        bucket = mark & _BUCKETS
        marks = self._marks.get(bucket)
        if marks is None:
            self._marks[bucket], self._owners[bucket] = array("q", (mark,)), array("q", (owner,))
            return owner
        if mark in marks:
            return self._owners[bucket][marks.index(mark)]
        marks.append(mark)
        self._owners[bucket].append(owner)
        return owner
