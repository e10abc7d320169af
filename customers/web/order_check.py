"""What an order of a customer would need, before there is one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_GET

from crm.access import signed_in
from crm.audit.record import record_access
from crm.web.page import render_page
from customers.models import Customer
from customers.ordering import table as tables
from customers.processes.check_order_information import check_order_information, serving
from customers.web.order_items import choices_of, chosen_in, items_of, name_of


@login_required
@require_GET
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What an order of this customer would need, before there is one."""
    actor = signed_in(request)
    customer = get_object_or_404(Customer.objects.visible_to(actor).select_related("party"), pk=pk)
    record_access(
        actor=actor, action="view", subject="customer", ids=[pk], purpose="service",
        detail="order information",
    )  # fmt: skip
    table = tables.read(serving().config)
    offering = table.offerings.get(request.GET.get("offering", "")) or next(
        iter(table.offerings.values())
    )
    chosen = table.options_in(offering, chosen_in(request.GET, "1"))
    found = check_order_information(
        lines=[{"offering": offering.key, "options": chosen}], customer_id=pk, actor=actor
    )
    context = {
        "customer": customer,
        "name": name_of(customer, actor),
        "offerings": [(one.key, one.name, one is offering) for one in table.offerings.values()],
        "choices": choices_of(table, offering, chosen, "1"),
        "items": items_of(found.items, customer, writable=False),
        "open_count": len(found.open_items),
        "version": found.version.number,
    }
    return render_page(
        request,
        "customers/orders/check.html",
        context,
        fragment={"asked": "customers/orders/_asked.html"},
    )


urlpatterns = [
    path("customers/<int:pk>/order-information", check, name="order_information"),
]
