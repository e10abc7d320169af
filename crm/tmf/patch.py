"""PATCH bodies: merge patch (RFC 7396) and JSON patch (RFC 6902), applied to a whole document."""

import copy
from typing import Any

from django.utils.translation import gettext as _

from crm.tmf.errors import Refused

MOST_OPERATIONS = 100


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396: null removes, objects merge, everything else (lists too) is replaced whole."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def patched(target: Any, operations: Any) -> Any:
    """RFC 6902: every operation or none."""
    if not isinstance(operations, list) or len(operations) > MOST_OPERATIONS:
        raise _bad(_("A JSON patch is a list of at most %d operations.") % MOST_OPERATIONS)
    if not all(isinstance(one, dict) and _complete(one) for one in operations):
        raise _bad(_("An operation of the patch is not complete."))
    document = copy.deepcopy(target)
    for number, operation in enumerate(operations):
        try:
            document = _apply(document, operation)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            # RFC 5789: the resource is not in a state the patch can be applied to.
            raise Refused(
                409,
                "patch-not-applicable",
                _("Operation %(number)d of the patch cannot be applied.") % {"number": number},
            ) from error
    return document


_NEEDS = {"add": "value", "replace": "value", "test": "value", "move": "from", "copy": "from"}


def _complete(operation: dict[str, Any]) -> bool:
    op = operation.get("op")
    if not isinstance(op, str) or op not in {*_NEEDS, "remove"}:
        return False
    path, source = operation.get("path"), operation.get("from", "")
    if not (isinstance(path, str) and isinstance(source, str)):
        return False
    # Not the whole: no patch may change the id and the href that it has.
    if not path.startswith("/") or (source and not source.startswith("/")):
        return False
    return op == "remove" or _NEEDS[op] in operation


def _bad(sentence: str) -> Refused:
    return Refused(400, "invalid-patch", sentence)


def _apply(document: Any, operation: dict[str, Any]) -> Any:
    path = _pointer(operation["path"])
    match operation["op"]:
        case "add":
            return _put(document, path, operation["value"], insert=True)
        case "replace":
            _get(document, path)
            return _put(document, path, operation["value"], insert=False)
        case "remove":
            return _drop(document, path)
        case "move":
            source = _pointer(operation["from"])
            if path[: len(source)] == source and path != source:
                raise ValueError("into itself")
            value = _get(document, source)
            return _put(_drop(document, source), path, value, insert=True)
        case "copy":
            value = copy.deepcopy(_get(document, _pointer(operation["from"])))
            return _put(document, path, value, insert=True)
        case "test":
            found = _get(document, path)
            if found != operation["value"] or isinstance(found, bool) != isinstance(
                operation["value"], bool
            ):
                raise Refused(409, "patch-test-failed", _("A test of the patch does not hold."))
            return document
    raise ValueError(operation["op"])


def _pointer(text: str) -> list[str]:
    if text == "":
        return []
    if not text.startswith("/"):
        raise ValueError(text)
    return [part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")]


def _index(container: list[Any], part: str, *, most: int) -> int:
    if not (part.isascii() and part.isdigit()) or (part != "0" and part.startswith("0")):
        raise ValueError(part)
    number = int(part)
    if number > most:
        raise IndexError(part)
    return number


def _get(document: Any, path: list[str]) -> Any:
    for part in path:
        if isinstance(document, list):
            document = document[_index(document, part, most=len(document) - 1)]
        elif isinstance(document, dict):
            document = document[part]
        else:
            raise TypeError(part)
    return document


def _put(document: Any, path: list[str], value: Any, *, insert: bool) -> Any:
    parent = _get(document, path[:-1])
    last = path[-1]
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list):
        if insert:
            place = len(parent) if last == "-" else _index(parent, last, most=len(parent))
            parent.insert(place, value)
        else:
            parent[_index(parent, last, most=len(parent) - 1)] = value
    else:
        raise TypeError(last)
    return document


def _drop(document: Any, path: list[str]) -> Any:
    parent = _get(document, path[:-1])
    if isinstance(parent, list):
        del parent[_index(parent, path[-1], most=len(parent) - 1)]
    else:
        del parent[path[-1]]
    return document
