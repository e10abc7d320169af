"""What production must not start with."""

from typing import Any
from urllib.parse import urlsplit

_LEAST_KEY_LENGTH, _LEAST_VARIETY = 50, 5


def unsafe(settings: dict[str, Any]) -> list[str]:
    """Each setting whose value is missing or unsafe, with what it should be."""
    key, hosts = settings["SECRET_KEY"], settings["ALLOWED_HOSTS"]
    scheme = "https" if settings["CRM_HTTPS"] else "http"
    found = {
        "SECRET_KEY (at least 50 random characters)": len(key) < _LEAST_KEY_LENGTH
        or len(set(key)) < _LEAST_VARIETY
        or key.startswith("django-insecure-"),
        "DATABASE_URL (postgres://…)": not settings["DATABASE_URL"].startswith(
            ("postgres", "pgsql")
        ),
        "REDIS_URL (redis://… or rediss://…)": not settings["REDIS_URL"].startswith(
            ("redis", "unix")
        ),
        # Any other way would call messages sent that reach nobody.
        "EMAIL_URL (smtp+tls://user:password@host:587)": not settings["EMAIL_URL"].startswith(
            "smtp"
        ),
        "ALLOWED_HOSTS (your host names, never *)": not hosts or "*" in hosts,
        "CRM_PUBLIC_URL (https://…, the address people use)": not _is_address(
            settings["CRM_PUBLIC_URL"], scheme
        ),
        "CRM_DOWNLOAD_URL (another host than CRM_PUBLIC_URL, or none)": not _is_elsewhere(
            settings["CRM_DOWNLOAD_URL"], settings["CRM_PUBLIC_URL"], scheme
        ),
        # A new release replaces the folder of the program, and the archive would go with it.
        "CRM_STORAGE_DIR (where uploads and the archive live, outside the program's own folder)": (
            settings["STORAGE_DIR"].is_relative_to(settings["BASE_DIR"])
        ),
        "DEBUG (must be off)": settings["DEBUG"],
    }
    return [name for name, bad in found.items() if bad]


def _is_elsewhere(url: str, public: str, least: str) -> bool:
    """A browser keeps cookies by host: the same one at another port would get ours."""
    there = urlsplit(url).hostname
    return not url or (_is_address(url, least) and there != urlsplit(public).hostname)


def _is_address(url: str, least: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"https", least} and bool(parts.hostname)
