"""Where a request comes from, as far as it can be believed."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

_NETWORK_BITS = 64


def address_of(request: HttpRequest | None) -> str:
    """The caller's address: what the outermost of our own proxies saw, a network for IPv6.

    Proxies append to X-Forwarded-For; what stands further left was written by the caller.
    """
    if request is None:
        return ""
    seen = str(request.META.get("REMOTE_ADDR", ""))
    proxies = int(settings.CRM_PROXIES)
    if proxies:
        passed = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
        seen = passed[-proxies] if len(passed) >= proxies and passed[-proxies] else seen
    try:
        address = ip_address(seen)
    except ValueError:
        return str(request.META.get("REMOTE_ADDR", ""))[:45]
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        # One line to the internet gets a whole network of addresses.
        return str(IPv6Network((int(address), _NETWORK_BITS), strict=False))
    return str(address)
