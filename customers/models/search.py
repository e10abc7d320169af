"""The token index behind the search box: one row per word of a name, number or id."""

from collections.abc import Iterable

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm import sql
from customers.models.customer import Customer


class SearchTokenQuerySet(models.QuerySet["SearchToken"]):
    def refresh(self, customer_ids: Iterable[int]) -> int:
        """Bring the words of these customers up to date; returns how many were new."""
        ids = list(customer_ids)
        if not ids:
            return 0
        asked = {"ids": ids, "now": timezone.now()}
        return len(sql.rows("customers/search_tokens.sql", asked))


class SearchToken(models.Model):
    """A folded word by which a customer can be found; kept beside the record by its processes."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    token = models.CharField(_("token"), max_length=80, db_collation="C")
    kind = models.CharField(_("kind"), max_length=10)

    objects = SearchTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("search token")
        verbose_name_plural = _("search tokens")
        constraints = [
            models.UniqueConstraint(
                fields=["token", "kind", "customer"], name="searchtoken_once_per_customer"
            )
        ]

    def __str__(self) -> str:
        return self.token
