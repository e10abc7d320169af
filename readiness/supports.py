"""What readiness itself needs: whoever accepts a version is never the one who wrote it."""

from functools import partial

from django.utils.translation import gettext_lazy

from readiness.registry.supports import SKILLS, Support, declare, people_with

declare(
    Support(
        "people.accept_for_operations",
        gettext_lazy("Two people for a version: one writes, another accepts"),
        SKILLS,
        ("1.3.1",),
        partial(people_with, "readiness.accept_for_operations", least=2),
    )
)
