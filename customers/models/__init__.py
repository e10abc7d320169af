"""Tables of Customer Information Management."""

from customers.models.archive import ArchivedRecord, ArchiveFile, ArchiveRun
from customers.models.consent import Consent, ConsentPurpose
from customers.models.contact import CommunicationNeed, ContactMedium
from customers.models.customer import Account, Agreement, Customer, Product
from customers.models.hold import Hold
from customers.models.imports import ImportedRecord, ImportProblem, ImportRun
from customers.models.party import Identifier, Party, PartyRelationship
from customers.models.search import SearchToken

__all__ = [
    "Account",
    "Agreement",
    "ArchiveFile",
    "ArchiveRun",
    "ArchivedRecord",
    "CommunicationNeed",
    "Consent",
    "ConsentPurpose",
    "ContactMedium",
    "Customer",
    "Hold",
    "Identifier",
    "ImportProblem",
    "ImportRun",
    "ImportedRecord",
    "Party",
    "PartyRelationship",
    "Product",
    "SearchToken",
]
