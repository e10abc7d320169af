"""`?fields=`: which first-level attributes a representation shows; id and href always."""

from django.utils.translation import gettext as _

from crm.tmf.errors import Refused
from crm.tmf.resource import Resource


def wanted(raw: str | None, resource: Resource) -> tuple[str, ...] | None:
    """The attributes asked for, in the resource's own order; None means all of them.

    A dotted name asks for the attribute it lies in: nested selection is optional in TMF630.
    """
    if raw is None or raw == "":
        return None
    names = {name.strip().partition(".")[0] for name in raw.split(",")} - {"", "id", "href"}
    if "none" in names:
        names.discard("none")
        if not names:
            return ()
    if unknown := sorted(names - resource.by_name.keys()):
        raise Refused(
            400,
            "unknown-attribute",
            _("%(resource)s has no attribute %(names)s.")
            % {"resource": resource.name, "names": ", ".join(unknown)[:200]},
        )
    return tuple(one.name for one in resource.attributes if one.name in names)
