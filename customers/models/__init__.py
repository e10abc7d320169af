"""Tables of Customer Information Management."""

from customers.models.archive import ArchivedRecord, ArchiveFile, ArchiveRun
from customers.models.attribute import AttributeDefinition, AttributeRules
from customers.models.consent import Consent, ConsentPurpose
from customers.models.contact import CommunicationNeed, ContactMedium
from customers.models.customer import Account, Agreement, Customer, Product
from customers.models.hold import Hold
from customers.models.imports import (
    ImportChange,
    ImportedRecord,
    ImportKept,
    ImportMapping,
    ImportProblem,
    ImportRun,
)
from customers.models.listing import (
    CleansingChange,
    CleansingJob,
    CustomerView,
    ListExport,
)
from customers.models.matching import (
    DuplicateCase,
    MatchKey,
    MatchRun,
    Merge,
    MergedRecord,
    MergedRow,
)
from customers.models.number import NumberMove
from customers.models.orders import (
    CompletionStep,
    Order,
    OrderedThing,
    OrderNews,
    RecordedItem,
)
from customers.models.party import Identifier, Party, PartyRelationship
from customers.models.reports import Report, ReportDelivery, ReportNeed
from customers.models.role import CustomerRole
from customers.models.search import SearchToken
from customers.models.verification import CallerCheck, CheckState, ContactCheck

__all__ = [
    "Account",
    "Agreement",
    "ArchiveFile",
    "ArchiveRun",
    "ArchivedRecord",
    "AttributeDefinition",
    "AttributeRules",
    "CallerCheck",
    "CheckState",
    "CleansingChange",
    "CleansingJob",
    "CommunicationNeed",
    "CompletionStep",
    "Consent",
    "ConsentPurpose",
    "ContactCheck",
    "ContactMedium",
    "Customer",
    "CustomerRole",
    "CustomerView",
    "DuplicateCase",
    "Hold",
    "Identifier",
    "ImportChange",
    "ImportKept",
    "ImportMapping",
    "ImportProblem",
    "ImportRun",
    "ImportedRecord",
    "ListExport",
    "MatchKey",
    "MatchRun",
    "Merge",
    "MergedRecord",
    "MergedRow",
    "NumberMove",
    "Order",
    "OrderNews",
    "OrderedThing",
    "Party",
    "PartyRelationship",
    "Product",
    "RecordedItem",
    "Report",
    "ReportDelivery",
    "ReportNeed",
    "SearchToken",
]
