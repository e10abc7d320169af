"""Customers and their orders in the search box."""

from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access import Actor
from crm.audit.record import record_access
from crm.web import search
from customers import masking
from customers.models import Customer, Order
from customers.reads import Found, find_customers, towns_of
from customers.web.order_items import address_of, name_of

_SHOWN_DIGITS = 4
_LEAST_OF_ORDER = 3


def customers(actor: Actor, text: str, limit: int) -> list[search.Hit]:
    """Hits of the search box; who was shown to whom is recorded."""
    found = find_customers(actor, text, limit)
    if found:
        record_access(
            actor=actor,
            action="search",
            subject="customer",
            ids=[one.customer_id for one in found],
            purpose="service",
            detail=text,
        )
    clear = masking.sees_people(actor)
    ids = [one.customer_id for one in found]
    towns = towns_of(ids) if clear and len(ids) > 1 else {}
    return [_hit(one, towns.get(one.customer_id, ""), clear=clear) for one in found]


def _hit(found: Found, town: str, *, clear: bool) -> search.Hit:
    business = found.type == Customer.Type.BUSINESS
    return search.Hit(
        kind="customer",
        title=found.name if clear else masking.name(found.name, found.number),
        url=reverse("customers:page", args=[found.customer_id]),
        icon="building" if business else "user",
        sub=" · ".join(filter(None, (found.number if found.number != found.name else "", town)))
        or _("known by number"),
        why=_why(found),
        exact=found.kind == "number" and not found.near,
    )


def _why(found: Found) -> str:
    if found.near:
        return _("sounds like “%(word)s”") % {"word": found.token}
    if found.kind in {"tail", "phonetail"}:
        return _("number ends …%(digits)s") % {"digits": found.token[1 : 1 + _SHOWN_DIGITS][::-1]}
    return {
        "email": _("by e-mail"),
        "phone": _("by phone number"),
        "address": _("by address"),
        "account": _("by account"),
        "service": _("by service number"),
        "id": _("by identifier"),
    }.get(found.kind, "")


def orders(actor: Actor, text: str, limit: int) -> list[search.Hit]:
    """Orders whose number begins like this; whose they are is shown, and recorded."""
    if len(text) < _LEAST_OF_ORDER:
        return []
    seen = Order.objects.visible_to(actor).filter(external_id__istartswith=text)
    found = list(seen.select_related("customer").order_by(Upper("external_id"), "pk")[:limit])
    whose = [one.customer_id for one in found if one.customer_id]
    if whose:
        record_access(
            actor=actor, action="search", subject="customer", ids=whose, purpose="service",
            detail=text,
        )  # fmt: skip
    return [_order_hit(one, actor, text) for one in found]


def _order_hit(order: Order, actor: Actor, text: str) -> search.Hit:
    whose = name_of(order.customer, actor) if order.customer else _("nobody's yet")
    return search.Hit(
        kind="order",
        title=order.external_id,
        url=address_of(order),
        icon="package",
        sub=f"{whose} · {order.get_state_display()}",
        exact=order.external_id.casefold() == text.casefold(),
    )


search.register("customers", customers, label=gettext_lazy("Customers"), order=10)
search.register("orders", orders, label=gettext_lazy("Orders"), order=20)
