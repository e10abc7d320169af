"""What readiness governs in customer information: which data may be archived, and when."""

import json
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from customers import archivable, information, retention
from customers.archive.store import DamagedArchive, Store
from customers.information import Subject
from customers.ordering import standing, table
from customers.ordering.baseline import BASELINE as ORDER_BASELINE
from readiness.registry.cases import Case, Shown
from readiness.registry.cases import declare as declare_case
from readiness.registry.measures import Measure
from readiness.registry.measures import declare as declare_measure
from readiness.registry.settings import Choices, Setting
from readiness.registry.slots import Slot
from readiness.registry.slots import declare as declare_slot

_TWO_YEARS, _ONE_YEAR = 730, 365
_MOST_QUESTIONS = 20_000


def _data_classes() -> Choices:
    return {one.key: one.title for one in archivable.registered()}


_SETTINGS = {
    "rules": Setting(
        _("What is kept online, and how long"),
        _("Counted from the day a record was closed; then it moves to the archive."),
        one=_("Rule"),
        known_by=("data_class", "jurisdiction", "relationship"),
    ),
    "rules.*.data_class": Setting(_("Records"), choices=_data_classes),
    "rules.*.jurisdiction": Setting(_("Country"), _("Two letters; * is any.")),
    "rules.*.relationship": Setting(
        _("Customer"),
        choices={
            "live": _("has services"),
            "services-ended": _("services ended"),
            "ended": _("relationship ended"),
            "none": _("nobody known"),
        },
    ),
    "rules.*.keep_days": Setting(_("Kept online"), unit=_("days")),
    "rules.*.on_silence": Setting(
        _("Without an answer"),
        choices={"archive": _("archive"), "keep": _("keep online")},
    ),
    "blocking_holds": Setting(
        _("Holds that stop archiving"), _("Kinds of hold, with commas; * is every kind.")
    ),
    "restored_stays_days": Setting(_("A restored record stays online"), unit=_("days")),
}

RETENTION_POLICY = declare_slot(
    Slot(
        key="retention.policy",
        title="Retention: what is archived, and when",
        processes=("1.3.6.4",),
        personal_data=True,
        baseline={
            "rules": [
                {
                    "data_class": "interaction",
                    "jurisdiction": retention.ANY,
                    "relationship": relationship,
                    "keep_days": keep_days,
                    "on_silence": "archive",
                }
                for relationship, keep_days in (
                    ("live", _TWO_YEARS),
                    ("services-ended", _ONE_YEAR),
                    ("ended", _ONE_YEAR),
                    ("none", _ONE_YEAR),
                )
            ],
            "blocking_holds": [retention.ANY],
            "restored_stays_days": 30,
        },
        code_ref="customers.retention",
        check_config=retention.check,
        settings=_SETTINGS,
    )
)


def _check_candidates(config: Mapping[str, Any]) -> Shown:
    """Ask the real tables what would go: nothing younger than the policy's shortest time."""
    policy = retention.policy(0, config)
    now = timezone.now()
    shortest = min(rule.keep_days for rule in policy.rules)
    counted: dict[str, int] = {}
    young: dict[str, int] = {}
    for data_class in archivable.registered():
        due = retention.candidates(data_class, policy, now)
        counted[data_class.key] = due.count()
        border = {f"{data_class.closed_at}__gte": now - timedelta(days=shortest)}
        young[data_class.key] = due.filter(**border).count()
    unknown = {rule.data_class for rule in policy.rules} - counted.keys()
    if unknown:
        return Shown(False, f"no app keeps data of the class {', '.join(sorted(unknown))}", counted)
    return Shown(
        not any(young.values()),
        f"today {sum(counted.values())} rows would go, {sum(young.values())} of them too young",
        counted,
    )


def _check_store(config: Mapping[str, Any]) -> Shown:
    """Write an archive file where it leaves nothing behind, read it back, and damage it."""
    content = json.dumps({"id": 1, "text": 'ü "quoted", a comma,\n a line; ✓', "n": 0.1})
    with tempfile.TemporaryDirectory() as place:
        store = Store(Path(place))
        name = "drill/drill.parquet"
        quoted = content.replace('"', '""')
        store.begin(name).write_text(f'7,1,0,"drill",1,"{quoted}"\n', encoding="utf-8")
        store.write(name)
        checksum = store.place(name, {"drill": True})
        back = store.read(name, customer_id=7, root_id=1)
        identical = [row.content for row in back] == [content]
        with (store.root / name).open("ab") as file:
            file.write(b"!")
        try:
            store.check(name, checksum)
            noticed = False
        except DamagedArchive:
            noticed = True
    return Shown(
        identical and noticed,
        f"a record came back {'identical' if identical else 'changed'};"
        f" damage was {'noticed' if noticed else 'not noticed'}",
    )


declare_case(
    Case(
        key="retention.candidates",
        title="Nothing younger than the policy says would go",
        slots=("retention.policy",),
        category="function",
        check=_check_candidates,
        clause="R-CIM-13",
    )
)
declare_case(
    Case(
        key="retention.store",
        title="Archive and restore drill: identical, and damage is noticed",
        slots=("retention.policy",),
        category="recovery",
        check=_check_store,
        clause="R-CIM-14",
    )
)


def _looks() -> Choices:
    return {one.key: one.title for one in information.declared()}


def _check_table(config: Mapping[str, Any]) -> None:
    """The table itself, and that everything it looks up can be looked up."""
    table.check(config)
    for item in table.read(config).items.values():
        try:
            information.named(item.look)
        except KeyError:
            known = ", ".join(_looks())
            raise ValueError(
                f"The item “{item.name}” is looked up by {item.look}; there are {known}."
            ) from None


_ORDER_SETTINGS = {
    "regions": Setting(_("Regions"), _("With commas; “elsewhere” stands for every other.")),
    "offerings": Setting(_("What can be ordered"), one=_("Offering")),
    "offerings.*.key": Setting(_("Key"), _("As the order system calls it.")),
    "offerings.*.name": Setting(_("Name")),
    "offerings.*.options": Setting(_("Its options"), _("Keys, with commas.")),
    "options": Setting(_("Options"), one=_("Option")),
    "options.*.key": Setting(_("Key"), _("Like static_ip.")),
    "options.*.name": Setting(_("Name")),
    "options.*.values": Setting(_("Values"), _("With commas, the usual one first.")),
    "items": Setting(_("Pieces of information"), one=_("Item")),
    "items.*.key": Setting(_("Key")),
    "items.*.name": Setting(_("Name")),
    "items.*.look": Setting(
        _("Looked up in"), _("For example contact.role:technical, or recorded.")
    ),
    "items.*.where": Setting(_("Where to get it")),
    "items.*.max_age_days": Setting(_("Good for"), unit=_("days")),
    "rules": Setting(
        _("Rules"),
        _("In each part exactly one rule must apply to whatever can be ordered."),
        one=_("Rule"),
        known_by=("part", "name"),
    ),
    "rules.*.part": Setting(_("Part")),
    "rules.*.name": Setting(_("Rule")),
    "rules.*.when": Setting(_("When"), _("Values with commas; empty is any.")),
    "rules.*.when.offering": Setting(_("Offering")),
    "rules.*.when.type": Setting(
        _("Customer type"), choices={"consumer": _("consumer"), "business": _("business")}
    ),
    "rules.*.when.region": Setting(_("Region")),
    "rules.*.needs": Setting(_("Needs"), _("Keys of items; the order waits for them.")),
    "rules.*.optional": Setting(_("Good to have"), _("Keys of items.")),
    "rules.*.max_age_days": Setting(_("Not older than"), unit=_("days")),
}

ORDER_INFORMATION = declare_slot(
    Slot(
        key="order.information_table",
        title="Order information: what an order needs to know",
        processes=("1.3.6",),
        baseline=ORDER_BASELINE,
        code_ref="customers.ordering.table",
        check_config=_check_table,
        settings=_ORDER_SETTINGS,
    )
)


def _check_coverage(config: Mapping[str, Any]) -> Shown:
    """Ask about everything that can be ordered, one by one: each part answers exactly once."""
    read = table.read(config)
    asked, wrong = 0, []
    for question in islice(table.every_question(read), _MOST_QUESTIONS):
        asked += 1
        hits = {part: len(read.hits(part, question)) for part in read.parts}
        wrong += [f"{part}: {question}" for part, count in hits.items() if count != 1]
    return Shown(
        not wrong,
        f"{asked} combinations asked, {len(wrong)} without exactly one rule in every part"
        + (f", such as {wrong[0]}" if wrong else ""),
        {"asked": asked, "wrong": len(wrong)},
    )


def _check_looks(config: Mapping[str, Any]) -> Shown:
    """Look every item up for somebody of whom nothing is held: each must come out missing."""
    nobody = Subject()
    found = {
        item.key: standing.standing(
            information.known(nobody, item.look, item.key), item.max_age_days, timezone.now()
        ).status
        for item in table.read(config).items.values()
    }
    wrong = sorted(key for key, status in found.items() if status != standing.MISSING)
    return Shown(
        not wrong,
        f"{len(found)} items looked up for somebody unknown, "
        + (f"{', '.join(wrong)} not missing" if wrong else "all missing"),
        {"items": len(found)},
    )


def _check_used(config: Mapping[str, Any]) -> Shown:
    """An item no rule asks for is a rule somebody forgot."""
    read = table.read(config)
    asked = {key for rule in read.rules for key in (*rule.needs, *rule.optional)}
    idle = sorted(set(read.items) - asked)
    return Shown(not idle, f"never asked for: {', '.join(idle)}" if idle else "every item is used")


for _case, _title, _check, _clause in (
    ("coverage", "Everything that can be ordered hits one rule", _check_coverage, "R-CIM-21"),
    ("looks", "Every item can be looked up", _check_looks, "R-CIM-20"),
    ("used", "Every item is asked for by some rule", _check_used, "R-CIM-20"),
):
    declare_case(
        Case(
            key=f"order-information.{_case}",
            title=_title,
            slots=("order.information_table",),
            category="information",
            check=_check,
            blocking=_case != "used",
            clause=_clause,
        )
    )

declare_measure(
    Measure(
        key="Q-6",
        title=gettext_noop("Orders with all information"),
        definition=gettext_noop(
            "Of the orders completed in the period: those for which every registered process had "
            "what it needs when the order was completed."
        ),
        sql="customers/kpi_order_information_ready.sql",
        better="up",
        processes=("1.3.6",),
    )
)
declare_measure(
    Measure(
        key="Q-6b",
        title=gettext_noop("Order information right first time"),
        definition=gettext_noop(
            "Of the orders completed in the period: those for which nothing on the list had to "
            "be entered a second time."
        ),
        sql="customers/kpi_order_right_first_time.sql",
        better="up",
        processes=("1.3.6",),
    )
)
declare_measure(
    Measure(
        key="F-1",
        title=gettext_noop("From order to acceptance"),
        definition=gettext_noop(
            "Time on the wall from ordering to the customer's acceptance, on average, for what "
            "was accepted in the period."
        ),
        sql="customers/kpi_order_to_acceptance.sql",
        better="down",
        unit="seconds",
        processes=("1.3.6",),
    )
)
