"""The desk in the sidebar, the key that logs a call from anywhere, and pages for visitors."""

from django.utils.translation import gettext_lazy as _

from crm.web import navigation, visitors
from interactions.processes.receive_message.deciding_files import PERMISSION
from interactions.web import held_files, improvements, inbound, queue

navigation.register(
    "interactions:desk",
    label=_("My desk"),
    short_label=_("Desk"),
    icon="inbox",
    section="desk",
    order=1,
    permission="interactions.view_interaction",
    count=queue.mine,
    key="G D",
    quick=1,
    home_with="interactions.assign_interaction",
)
navigation.register(
    "interactions:desk",
    fragment="log",
    label=_("Log a call"),
    icon="phone-plus",
    section="desk",
    order=9,
    permission="interactions.log_interaction",
    key="L",
    quick=3,
)
navigation.register(
    "interactions:log_letter",
    label=_("Letter or visit"),
    icon="mailbox",
    section="desk",
    order=10,
    permission="interactions.log_interaction",
    key="G L",
)
navigation.register(
    "interactions:performance",
    label=_("Performance"),
    short_label=_("Team"),
    icon="chart-dots",
    section="lead",
    order=1,
    permission="interactions.report_interaction",
    key="G P",
    quick=4,
)
navigation.register(
    "interactions:wallboard",
    label=_("Wallboard"),
    icon="device-tv",
    section="lead",
    order=2,
    permission="interactions.report_interaction",
    key="G B",
)
navigation.register(
    "interactions:improvements",
    label=_("Improvements"),
    icon="target-arrow",
    section="lead",
    order=3,
    permission="interactions.view_improvement",
    count=improvements.waiting,
    key="G V",
)
navigation.register(
    "interactions:watch",
    label=_("Duty watch"),
    icon="activity-heartbeat",
    section="lead",
    order=4,
    permission="interactions.report_interaction",
)
navigation.register(
    "interactions:inbound",
    label=_("Incoming"),
    icon="mailbox",
    section="desk",
    order=5,
    permission=inbound.PERMISSION,
    count=inbound.count,
    key="G I",
)
navigation.register(
    "interactions:held_files",
    label=_("Held files"),
    icon="shield-lock",
    section="desk",
    order=6,
    permission=PERMISSION,
    count=held_files.count,
    key="G H",
)
visitors.register("interactions:contact", label=_("Write to us"), icon="mail", order=20)
visitors.register(
    "interactions:mine_ask",
    label=_("See a matter you already have with us"),
    icon="message-question",
    order=30,
)
