"""What a packed file would become, told from its table of contents; nothing is unpacked."""

from dataclasses import dataclass
from io import BytesIO
from typing import Final
from zipfile import BadZipFile, ZipFile

MOST_FILES: Final = 2000
MOST_BYTES: Final = 200 * 1024 * 1024
_HEAD: Final = b"PK\x03\x04"
_ENTRY: Final = b"PK\x01\x02"
_LOCKED: Final = 0x1
_PACKED: Final = frozenset(["zip", "rar", "7z", "gz", "tgz", "bz2", "xz", "tar", "cab", "zst"])
_MACROS: Final = "vbaproject.bin"


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands in the table: how much it says to be, and what can't be judged from outside."""

    names: tuple[str, ...] = ()
    size: int = 0
    too_many: bool = False
    locked: bool = False
    broken: bool = False

    @property
    def nested(self) -> bool:
        """Whether something packed is packed again: its size shows nowhere."""
        return bool(_PACKED & {name.lower().rpartition(".")[2] for name in self.names})

    @property
    def has_macros(self) -> bool:
        return any(name.lower().endswith(_MACROS) for name in self.names)


def contents_of(content: bytes) -> Contents | None:
    """The table of contents of a zip file, office documents too; None for any other file."""
    if not content.startswith(_HEAD):
        return None
    # Each entry becomes an object: they are counted before anybody reads them.
    if content.count(_ENTRY) > MOST_FILES:
        return Contents(too_many=True)
    try:
        with ZipFile(BytesIO(content)) as packed:
            entries = packed.infolist()
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        return Contents(broken=True)
    return Contents(
        names=tuple(one.filename for one in entries),
        size=sum(one.file_size for one in entries),
        locked=any(one.flag_bits & _LOCKED for one in entries),
    )
