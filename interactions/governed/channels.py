"""Channels: each one is a capability of its own, off until a version of it is accepted."""

from collections.abc import Mapping
from typing import Any, Final

from interactions.governed import words
from readiness.registry.slots import Slot

# Titles are read by the readiness board; the words agents see are in `LABELS` of the screens.
CHANNELS: Final[Mapping[str, str]] = {
    "phone": "Phone",
    "email": "E-mail",
    "web": "Web form and portal",
    "chat": "Chat",
    "sms": "SMS",
    "whatsapp": "Messaging",
    "shop": "Shop",
    "letter": "Letter",
    "social": "Social media",
    "app": "App",
    "api": "Partner systems",
}

# How an answer leaves: by our own worker over SMTP, a gateway or an SMSC; on the page where the
# customer wrote; by a person; or not at all.
CARRIED: Final = ("smtp", "gateway", "smpp")
# What also takes the files of a message along; a text message has no room for any.
TAKES_FILES: Final = frozenset(["email", "whatsapp", "social"])
DELIVERIES: Final = (*CARRIED, "on-page", "by-hand", "none")

# What every channel may be told, with what it means when nobody says anything.
LINK_BY: Final = ("verified", "known")
# What may have arrived, where the other side can't tell a repeat: a person looks, or once more.
IN_DOUBT: Final = ("person", "again")
MOST_BYTES: Final = 25 * 1024 * 1024
PER_SENDER_HOUR: Final = 60
_NUMBERS: Final = (
    "per_sender_hour",
    "most_bytes",
    "window_hours",
    "alarm_hours",
    "most_segments",
    "notices_per_day",
    "cost_cents",
)

# Prices to begin with: an agent's minutes at a usual desk. Each operator puts its own in a version.
_BASELINES: Final[Mapping[str, Mapping[str, Any]]] = {
    "email": {
        "receives": True,
        "delivery": "smtp",
        "medium": "email",
        "reply_to": "",
        "link_by": "verified",
        "per_sender_hour": PER_SENDER_HOUR,
        "most_bytes": MOST_BYTES,
        "cost_cents": 340,
    },
    "phone": {"receives": True, "delivery": "by-hand", "medium": "phone", "cost_cents": 580},
    "shop": {"receives": True, "delivery": "by-hand", "medium": "", "cost_cents": 900},
    "letter": {"receives": True, "delivery": "by-hand", "medium": "address", "cost_cents": 750},
    "sms": {"receives": True, "delivery": "none", "medium": "mobile", "cost_cents": 220},
    "whatsapp": {
        "receives": True,
        "delivery": "none",
        "medium": "mobile",
        "window_hours": 24,
        "cost_cents": 260,
    },
    "web": {"receives": True, "delivery": "on-page", "medium": "", "cost_cents": 280},
    "chat": {"receives": True, "delivery": "on-page", "medium": "", "cost_cents": 310},
    "social": {"receives": True, "delivery": "none", "medium": "social", "cost_cents": 320},
    "app": {
        "receives": True,
        "delivery": "on-page",
        "medium": "",
        "alarm_hours": 24,
        "cost_cents": 120,
    },
    "api": {"receives": True, "delivery": "none", "medium": "", "cost_cents": 40},
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
    if config["delivery"] in {"gateway", "smpp"} and not config.get("medium"):
        raise ValueError("What a gateway delivers goes to a “medium”: mobile or social.")
    if config["delivery"] == "gateway" and not str(config.get("url", "")).startswith("http"):
        raise ValueError("A gateway has an “url” that begins with https://.")
    if config.get("link_by", "verified") not in LINK_BY:
        raise ValueError(f"“link_by” is one of {', '.join(LINK_BY)}.")
    if config.get("in_doubt", "person") not in IN_DOUBT:
        raise ValueError(f"“in_doubt” is one of {', '.join(IN_DOUBT)}.")
    for name in _NUMBERS:
        value = config.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"“{name}” is a whole number greater than 0.")


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
        settings=words.CHANNEL,
    )
    for channel, title in CHANNELS.items()
}
