"""Keep beside an order which table it is asked by, and how many of its items are open."""

from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import Order
from customers.ordering import table as tables
from customers.ordering.table import NotInTable
from customers.processes.check_order_information import Checked, order_checklist, serving


def stamp_version(order: Order) -> None:
    """An order under way is asked by the table it was opened under."""
    if order.capability_version_id is None and order.is_under_way:
        try:
            order.capability_version_id = serving().version_id
        except RuleBroken:
            # Switched off: the order is recorded all the same, and asked when the table is back.
            return


def settle_lines(order: Order) -> None:
    """Call each offering and option as the table does; what it does not know stays as said."""
    try:
        table = tables.read(serving(order).config)
    except RuleBroken:
        return
    for line in order.lines:
        for said in (line["offering"], line.get("name", "")):
            try:
                offering = table.offering_of(said)
            except NotInTable:
                continue
            line["offering"], line["name"] = offering.key, offering.name
            line["options"] = table.options_in(offering, line["options"])
            break


def refresh_open_items(order: Order) -> list[Checked]:
    """Count what is open now; the caller holds the order's row."""
    try:
        found = order_checklist(order, SYSTEM).open_items
        order.open_items = len(found)
    except RuleBroken:
        # No table, or an offering it does not know: nobody can say what is missing.
        found, order.open_items = [], None
    order.checked_at = timezone.now()
    order.save(update_fields=["open_items", "checked_at"])
    return found
