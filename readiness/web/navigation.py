"""Where readiness stands in the sidebar."""

from django.utils.translation import gettext_lazy as _

from crm.web import navigation
from readiness.web.board import stopped

navigation.register(
    "readiness:board",
    label=_("Readiness"),
    icon="rocket",
    section="lead",
    order=20,
    permission="readiness.view_capabilityversion",
    count=stopped,
    hot=True,
    key="G R",
    home_with="readiness.view_capabilityversion",
)
