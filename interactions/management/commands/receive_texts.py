"""Stay bound to the SMS centre of `CRM_SMPP_URL` and keep what it brings, until told to stop."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from interactions.processes.receive_message.texting import listen


class Command(BaseCommand):
    help = str(gettext_lazy("Take texts and receipts from the SMS centre until told to stop."))

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CRM_SMPP_URL:
            raise CommandError(_("CRM_SMPP_URL names no SMS centre."))
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_said: stop.set())
        listen(lambda: not stop.is_set())
