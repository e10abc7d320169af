"""Order systems tell us here that a contract or a service order is final; the same event once."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from crm.tmf.authentication import Scoped
from crm.tmf.once import Answer, answered_once, caller
from customers.api.orders.shape import order_body
from customers.api.tmf622_product_order_event.shape import news_of
from customers.models import OrderNews
from customers.processes.complete_order import receive_order_news


class OrderNewsView(APIView):
    """One kind of news; the address says which."""

    permission_classes = [Scoped]
    kind: Any = OrderNews.Kind.CONTRACT

    def post(self, request: Request) -> HttpResponse:
        def work() -> Answer:
            news = news_of(request.data, self.kind)
            actor = caller(request)
            received = receive_order_news(
                kind=self.kind,
                source=actor.name[:80],
                event_id=news.event_id,
                occurred_at=news.occurred_at,
                external_id=news.order_id,
                said=news.said,
                as_given=dict(request.data),
                actor=actor,
            )
            body = {**order_body(received.order), "eventId": news.event_id}
            received.order.refresh_from_db(fields=["revision"])
            return Answer(200 if received.known else 201, body, received.order.revision)

        return answered_once(request, work)
