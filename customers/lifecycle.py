"""The life of a customer relationship: which state may follow which; pure, asked by processes."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from crm.errors import RuleBroken
from customers.models import Customer

_State = Customer.Status

NEXT: Final[Mapping[str, frozenset[str]]] = {
    _State.PROSPECT: frozenset({_State.VERIFIED, _State.ACTIVE, _State.TERMINATED}),
    _State.VERIFIED: frozenset({_State.ACTIVE, _State.TERMINATED}),
    _State.ACTIVE: frozenset({_State.SERVICES_ENDED, _State.TERMINATED}),
    # The last service ended, the relationship did not: they may take a new one tomorrow.
    _State.SERVICES_ENDED: frozenset({_State.ACTIVE, _State.TERMINATED}),
    _State.TERMINATED: frozenset({_State.PROSPECT, _State.ACTIVE}),
}
# Ending and taking up again ask for a reason: no plain change of the field does it.
_BY_PROCESS_ONLY: Final = _State.TERMINATED


def refuse_unless_next(customer: Customer, wanted: str) -> None:
    """409 unless the state may follow the one the customer is in."""
    if wanted not in NEXT[customer.status]:
        raise RuleBroken(
            "not-from-here",
            _("The customer is “%(now)s”; “%(wanted)s” cannot follow. Possible: %(next)s.")
            % {
                "now": customer.get_status_display(),
                "wanted": _State(wanted).label,
                "next": ", ".join(str(_State(one).label) for one in _State if _may(customer, one)),
            },
            field="status",
            details={"status": customer.status, "next": sorted(NEXT[customer.status])},
        )


def refuse_plain_change(customer: Customer, wanted: str) -> None:
    """What may not happen by changing the field alone, and what may not happen at all."""
    if _BY_PROCESS_ONLY in (customer.status, wanted) and customer.status != wanted:
        ended = customer.status == _State.TERMINATED
        raise RuleBroken(
            "end-with-a-reason" if not ended else "take-up-again-with-a-reason",
            _("The relationship has ended. Use “Take up again”.")
            if ended
            else _("A relationship is ended with a reason. Use “End relationship”."),
            field="status",
            kind="conflict" if ended else "invalid",
            details={"status": customer.status},
        )
    refuse_unless_next(customer, wanted)


def _may(customer: Customer, wanted: str) -> bool:
    return wanted in NEXT[customer.status]
