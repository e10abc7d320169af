"""What invented customers say, by reason, and what they are answered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """One kind of matter: the reason it is coded with, what is said and what is answered."""

    reason: str
    subject: str
    said: str
    answered: str
    weight: int


STORIES = (
    Story(
        "slow-internet",
        "Fibre drops every evening",
        "Around seven the connection goes, comes back after ten minutes, then goes again.",
        "I can see the drops on your line. I have reset the port and booked an engineer.",
        18,
    ),
    Story(
        "mobile-coverage",
        "No signal at home since the storm",
        "My phone shows one bar outside and none in the kitchen.",
        "The mast near you was damaged on Tuesday. It is back at full power from tonight.",
        9,
    ),
    Story(
        "tv-fault",
        "Recordings stop half way",
        "Three programmes in a row were cut after twenty minutes.",
        "The box was short of space. I have cleared the cache and it records in full again.",
        6,
    ),
    Story(
        "bill-question",
        "Why is this bill higher than last month?",
        "I pay the same tariff and the bill is eleven pounds more.",
        "Two premium calls and the end of your discount make the difference; here they are.",
        16,
    ),
    Story(
        "roaming-charges",
        "Charged for roaming without travelling",
        "The bill says Faro. I have not left the country this year.",
        "You are right: the cell across the water was misread. The charge is credited.",
        8,
    ),
    Story(
        "change-of-payment",
        "Wants to change the day of the direct debit",
        "My pay comes on the 28th; the bill leaves on the 25th.",
        "From next month the bill is taken on the 1st. Nothing else changes.",
        7,
    ),
    Story(
        "order-status",
        "When will the new line be connected?",
        "The order was two weeks ago and the letter said ten days.",
        "The duct on your street is being cleared. The engineer comes on Thursday morning.",
        11,
    ),
    Story(
        "move-house",
        "Moving house at the end of the month",
        "We move on the 30th and want the same lines at the new address.",
        "The move is booked. Your number stays and the old line ends the day after.",
        9,
    ),
    Story(
        "number-porting",
        "Number port from the old provider refused",
        "They say the account number does not match.",
        "The other provider had the old spelling of your name. The port runs tonight.",
        5,
    ),
    Story(
        "change-plan",
        "Asks what happens when the contract ends",
        "The contract ends soon. Will it cost more, and can I leave?",
        "Your price stays until March. Here are the two offers open to you, and how to leave.",
        6,
    ),
    Story(
        "update-my-data",
        "New e-mail address for the bills",
        "Please send the bills to my new address, the old one is closed.",
        "Changed. A confirmation is on its way to both addresses.",
        5,
    ),
)
CHANNEL_WEIGHTS = {
    "phone": 42,
    "email": 22,
    "chat": 12,
    "web": 10,
    "sms": 6,
    "shop": 6,
    "letter": 2,
}
OUTCOMES = {"resolved": 70, "explained": 18, "credited": 6, "referred": 4, "not-resolved": 2}
DELAY_SUBJECT = "It takes longer than we promised"
DELAY_TEXT = (
    "About “{subject}”: we will not be done when we said we would. {reason}."
    " We now expect to be done by {day}. If that is too late for you, just answer."
)
DELAY_REASONS = (
    "A part has to be ordered",
    "The engineer who knows this line is out until tomorrow",
    "Another provider has to answer us first",
    "More lines on your street are affected than we thought",
    "The check of your bill needs a second person",
)
