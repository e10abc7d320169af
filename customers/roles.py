"""What each role may do with customer information."""

from crm.accounts.roles import grant

_READ = ("customers.view_customer", "customers.view_party")
_EVERYONE = ("customers.view_all_customers", "customers.view_personal_data")
_RECORD = (
    "customers.record_customer",
    "customers.update_information",
    "customers.record_consent",
)

grant("agent", *_READ, *_EVERYONE, *_RECORD)
grant("team-lead", *_READ, *_EVERYONE, *_RECORD, "customers.terminate_relationship")
grant(
    "data-steward",
    *_READ,
    *_EVERYONE,
    *_RECORD,
    "customers.terminate_relationship",
    "customers.remove_record",
    "customers.import_customers",
    "customers.undo_import",
    "customers.export_customers",
    "customers.search_archive",
)
grant(
    "privacy-officer",
    *_READ,
    *_EVERYONE,
    "customers.record_consent",
    "customers.archive_information",
    "customers.search_archive",
    "customers.export_customers",
)
grant("readiness-manager", "customers.view_customer")
grant("process-owner", "customers.view_customer")
_TABLES = tuple(
    f"customers.view_{model}"
    for model in (
        "account", "agreement", "product", "contactmedium", "communicationneed", "identifier",
        "partyrelationship", "consentpurpose", "consent", "hold", "importrun", "importedrecord",
        "importproblem", "importchange", "importkept", "importmapping",
        "searchtoken", "archiverun", "archivefile", "archivedrecord",
    )
)  # fmt: skip
# An auditor sees that records stand and who touched them, not whom they are about.
grant("auditor", *_READ, *_TABLES, "customers.view_all_customers", "customers.search_archive")
grant(
    "administrator",
    *_READ,
    *_EVERYONE,
    *_RECORD,
    "customers.terminate_relationship",
    "customers.remove_record",
    "customers.import_customers",
    "customers.undo_import",
    "customers.export_customers",
    "customers.archive_information",
    "customers.search_archive",
    *_TABLES,
    "customers.add_consentpurpose",
    "customers.change_consentpurpose",
    "customers.change_customer",
    "customers.change_party",
)  # fmt: skip
grant(
    "partner",
    *_READ,
    *_EVERYONE,
    "customers.record_customer",
    "customers.update_information",
    "customers.remove_record",
)
# Orders and report subscriptions.
_ORDERS = ("customers.view_order", "customers.complete_order")
_REPORTS = (
    "customers.view_reportneed",
    "customers.keep_report_needs",
    "customers.download_report",
)
for _role in ("agent", "team-lead", "data-steward", "administrator", "partner"):
    grant(_role, *_ORDERS, *_REPORTS)
for _role in ("privacy-officer", "auditor", "process-owner", "readiness-manager"):
    grant(_role, "customers.view_order", "customers.view_reportneed")
grant("partner", "customers.receive_order_event")
for _role in ("auditor", "administrator"):
    grant(
        _role,
        *(
            f"customers.view_{model}"
            for model in (
                "ordernews", "orderedthing", "recordeditem", "completionstep", "report",
                "reportdelivery",
            )
        ),
    )  # fmt: skip
# The life of a relationship, and who is calling.
for _role in ("agent", "team-lead", "data-steward", "administrator"):
    grant(_role, "customers.verify_caller")
for _role in ("team-lead", "data-steward", "privacy-officer", "administrator"):
    grant(_role, "customers.view_billing_detail")
for _role in ("team-lead", "data-steward", "administrator"):
    grant(_role, "customers.reestablish_relationship")
_CHECKS = (
    "customers.view_customerrole", "customers.view_contactcheck", "customers.view_callercheck",
    "customers.view_numbermove",
    "customers.view_attributedefinition",
)  # fmt: skip
grant("auditor", *_CHECKS)
grant(
    "administrator",
    *_CHECKS,
    "customers.add_attributedefinition",
    "customers.change_attributedefinition",
)
# Who looks after the record decides who is the same.
for _role in ("data-steward", "administrator"):
    grant(_role, "customers.match_customers", "customers.merge_records")
for _role in ("auditor", "administrator"):
    grant(
        _role,
        *(
            f"customers.view_{model}"
            for model in (
                "duplicatecase",
                "matchrun",
                "merge",
                "mergedrecord",
                "mergedrow",
                "matchkey",
            )
        ),
    )
# Lists: who may change many records, and keep lists for everybody.
for _role in ("data-steward", "administrator"):
    grant(_role, "customers.cleanse_customers", "customers.share_customerview")
grant("team-lead", "customers.share_customerview")
for _role in ("auditor", "administrator"):
    grant(_role, "customers.view_cleansingjob", "customers.view_listexport")
