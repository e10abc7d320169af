"""Channels: each one is a capability of its own, off until a version of it is accepted."""

from collections.abc import Mapping
from typing import Any, Final

from readiness.registry.slots import Slot

# Titles are read by the readiness board; the words agents see are in `LABELS` of the screens.
CHANNELS: Final[Mapping[str, str]] = {
    "phone": "Phone",
    "email": "E-mail",
    "web": "Web form and portal",
    "chat": "Chat",
    "sms": "SMS",
    "shop": "Shop",
    "letter": "Letter",
    "social": "Social media",
    "app": "App",
    "api": "Partner systems",
}

# How an answer leaves: by our own worker, by a person, or not at all.
DELIVERIES: Final = ("smtp", "by-hand", "none")

_BASELINES: Final[Mapping[str, Mapping[str, Any]]] = {
    "email": {"receives": True, "delivery": "smtp", "medium": "email", "reply_to": ""},
    "phone": {"receives": True, "delivery": "by-hand", "medium": "phone"},
    "shop": {"receives": True, "delivery": "by-hand", "medium": ""},
    "letter": {"receives": True, "delivery": "by-hand", "medium": "address"},
    "sms": {"receives": True, "delivery": "none", "medium": "mobile"},
    "web": {"receives": True, "delivery": "none", "medium": ""},
    "chat": {"receives": True, "delivery": "none", "medium": ""},
    "social": {"receives": True, "delivery": "none", "medium": "social"},
    "app": {"receives": True, "delivery": "none", "medium": ""},
    "api": {"receives": True, "delivery": "none", "medium": ""},
}


def slot_key(channel: str) -> str:
    return f"channel.{channel}"


def check(config: Mapping[str, Any]) -> None:
    """ValueError with a sentence unless the channel says what it takes in and how it answers."""
    if not isinstance(config.get("receives"), bool):
        raise ValueError("A channel says whether it “receives”: true or false.")
    if config.get("delivery") not in DELIVERIES:
        raise ValueError(f"“delivery” of a channel is one of {', '.join(DELIVERIES)}.")
    if config["delivery"] == "smtp" and config.get("medium") != "email":
        raise ValueError("Only e-mail is delivered over SMTP; set “medium” to “email”.")


SLOTS: Final = {
    channel: Slot(
        key=slot_key(channel),
        title=f"Channel: {title}",
        unit="interaction",
        processes=("1.3.5.4", "1.3.5.6"),
        personal_data=True,
        baseline=_BASELINES[channel],
        code_ref=f"interactions.channels.{channel}",
        check_config=check,
    )
    for channel, title in CHANNELS.items()
}
