"""What problem handling and service levels must find in a customer's record."""

from typing import Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from customers.consumers import Consumer, Need, register
from customers.information import Subject, look
from customers.ordering.standing import Known
from interactions.governed import SLA_POLICY
from readiness.registry.resolve import CapabilityOff, resolve


@look("sla.tier", _("Service level with a promise"))
def _tier(subject: Subject, _argument: str) -> Known | None:
    """A service level that the policy in use makes a promise for."""
    tiers = {one.sla_tier for one in subject.agreements if one.sla_tier}
    if not tiers:
        return None
    try:
        promised = set(resolve(SLA_POLICY.key).config["tiers"])
    except CapabilityOff as off:
        return Known(wrong=str(off))
    strange = ", ".join(sorted(tiers - promised))
    return Known(wrong=_now("no promise for %(tier)s") % {"tier": strange} if strange else "")


def _has_product(subject: Subject) -> bool:
    return bool(subject.products)


PROBLEM_HANDLING: Final = register(
    Consumer(
        key="problem-handling",
        title=_("Problem handling"),
        process="1.3.7",
        order=10,
        needs=(
            Need(
                "service",
                _("Service number"),
                "product.number",
                where=_("Comes with the finalised service order."),
            ),
            Need("address", _("Where it is installed"), "contact.address"),
            Need("reach", _("Whom to call about a fault"), "contact.reach"),
        ),
    )
)
SERVICE_LEVEL: Final = register(
    Consumer(
        key="service-level",
        title=_("Service level"),
        process="1.3.5.6",
        order=40,
        needs=(
            Need(
                "tier",
                _("Agreed service level"),
                "sla.tier",
                where=_("Comes with the finalised contract."),
            ),
            Need(
                "told",
                _("A channel to tell a new time on"),
                "contact.reach",
                when=_has_product,
            ),
        ),
    )
)
