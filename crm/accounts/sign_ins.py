"""The lock of the front door: five bad tries for a person, a hundred for an address."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from crm.accounts.models import SignInTry, User

TRIES = 5
# An office of hundreds behind one address mistypes less; who guesses names needs far more.
TRIES_OF_AN_ADDRESS = 100
WAIT = timedelta(minutes=15)
# Who came in from an address this recently is not kept out by what others try from there.
REGULAR = timedelta(days=30)
_BYTES = 16


def digest(text: str) -> str:
    """A typed name as it is kept: alike for capitals and blanks, and not readable."""
    return hashlib.blake2b(text.strip().casefold().encode(), digest_size=_BYTES).hexdigest()


def identity_of(typed: str) -> str:
    """The person behind a user name or an e-mail address; a name of nobody stands for itself."""
    name = typed.strip()
    found = User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name))
    pk = found.order_by("pk").values_list("pk", flat=True).first() if name else None
    return digest(typed) if pk is None else _person(pk)


@dataclass(frozen=True, slots=True)
class Try:
    """One try at the door, counted as a bad one until it is shown to be good."""

    row: SignInTry
    left: int
    barred: bool

    @property
    def must_wait(self) -> bool:
        """Whether this very name has used up its tries, which may be said aloud."""
        return self.left < 0

    def succeed(self) -> None:
        """It was the right password: earlier bad tries count no more."""
        SignInTry.objects.filter(pk=self.row.pk).update(succeeded=True)


def begin(typed: str, address: str) -> Try:
    """Count a try before the password is looked at, so that many at once are all counted.

    What a name was told about is counted by the name as typed. Whether the person behind it, or
    the address, has used up its tries is counted too, but only `barred` tells: saying it would
    tell a stranger which name and which e-mail address belong together.
    """
    person = identity_of(typed)
    row = SignInTry.objects.create(typed=digest(typed), identity=person, address=address)
    bad = SignInTry.objects.bad_since(_since(person)).filter(pk__lt=row.pk)
    named = bad.filter(typed=row.typed).count()
    if named >= TRIES:
        # Waiting is not made longer by trying.
        SignInTry.objects.filter(pk=row.pk).delete()
        return Try(row, -1, barred=True)
    if locked := bad.filter(identity=person).count() >= TRIES:
        SignInTry.objects.filter(pk=row.pk).update(identity="")
    return Try(row, TRIES - named - 1, locked or _crowded(row, person))


def forget_bad_tries(user_id: int) -> None:
    """Open the door again for somebody who has shown who they are in another way."""
    SignInTry.objects.filter(identity=_person(user_id), succeeded=False).delete()


def _person(user_id: int) -> str:
    return digest(f"person {user_id}")


def _since(person: str) -> datetime:
    begins = timezone.now() - WAIT
    good = SignInTry.objects.filter(identity=person, succeeded=True, at__gt=begins)
    return good.order_by("-at").values_list("at", flat=True).first() or begins


def _crowded(row: SignInTry, person: str) -> bool:
    """Whether too many bad tries came from this address, and this person is no regular there."""
    here = SignInTry.objects.filter(address=row.address)
    now = timezone.now()
    bad = here.filter(succeeded=False, at__gt=now - WAIT, pk__lt=row.pk)
    if bad.count() < TRIES_OF_AN_ADDRESS:
        return False
    return not here.filter(identity=person, succeeded=True, at__gt=now - REGULAR).exists()
