"""An address written in one line, taken apart as far as it can be."""

import re

_POSTCODE = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{2}-\d{3}|\d{4,6}(?:-\d{4})?)\b", re.IGNORECASE
)


def parts(text: str) -> dict[str, str]:
    """Street, locality and postcode of “Flat 2, 8 Quay Street, Wexcombe WX4 1AA”."""
    found = list(_POSTCODE.finditer(text))
    # A house number of four digits stands before the street, a postcode behind it.
    last = found[-1] if found and (found[-1].start() > 0 or "," not in text) else None
    postcode = last.group() if last else ""
    rest = text[: last.start()] + text[last.end() :] if last else text
    pieces = [piece.strip() for piece in rest.split(",") if piece.strip()]
    numbered = next((at for at, piece in enumerate(pieces) if _is_street(piece)), 0)
    street = pieces[numbered] if pieces else ""
    locality = pieces[numbered + 1] if len(pieces) > numbered + 1 else ""
    return {"street": street, "locality": locality, "postcode": postcode}


def _is_street(piece: str) -> bool:
    return (
        any(char.isdigit() for char in piece)
        and len(piece.split()) > 1
        and not (piece.casefold().startswith(("flat", "unit", "apt", "apartment", "suite")))
    )
