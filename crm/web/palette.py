"""What the frame itself offers in the search box, beside the places of the apps."""

from django.utils.translation import gettext_lazy as _

from crm.web import search

search.register_command(_("Preferences"), "web:preferences", icon="settings")
search.register_command(_("Notices"), "web:notices", icon="bell")
search.register_command(_("Keyboard shortcuts"), "web:shortcuts", icon="keyboard", key="?")
search.register_command(_("Change password"), "web:password", icon="key")
