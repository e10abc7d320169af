"""Move a matter by its table of moves, see its promises, ask the customer, read its timeline."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.views import APIView

from crm.access import Actor, require
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.tmf.authentication import Scoped, purpose_of
from crm.tmf.once import Answer, answered_once, as_json, caller
from crm.tmf.shapes import moment
from customers import masking
from interactions.api.tracking import shape
from interactions.models import Interaction, Tag
from interactions.models.states import MOVES
from interactions.processes import close_interaction, manage_interaction, update_interaction
from interactions.processes.fill_own_fields import fill_in
from interactions.processes.keep_participants import add_participant, remove_participant
from interactions.processes.settle_subjects import add_subject, settle_subject
from interactions.processes.tag_interaction import tag, untag
from interactions.processes.track_interaction import explain, timeline_is_whole

_MOST_EVENTS = 500
_MOST_TAGS = 1000
_Status = Interaction.Status


class MovesView(APIView):
    """GET where a matter is and may go; POST goes there, or answers 409 with from and to."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        return as_json(200, shape.place(_seen(request, public_id)))

    def post(self, request: Request, public_id: UUID) -> HttpResponse:
        def work() -> Answer:
            one, said = _seen(request, public_id), _object(request.data)
            _move(one, str(said.get("to") or ""), said, caller(request))
            one.refresh_from_db()
            return Answer(200, shape.place(one))

        return answered_once(request, work)


class SlaView(APIView):
    """GET: which agreement applies and why, each clock with its trace, and what was promised."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        one, actor = _seen(request, public_id), caller(request)
        _looked_at(request, one, "promises")
        told = [explain(clock_id=pk, actor=actor) for pk in one.clocks.values_list("pk", flat=True)]
        return as_json(
            200, {"id": str(one.public_id), "clock": [shape.clock(each) for each in told]}
        )


class RequestsView(APIView):
    """GET what we asked the customer; POST asks, by when, and what silence means."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        one = _seen(request, public_id)
        _looked_at(request, one, "questions")
        asked = [shape.request(each) for each in one.requests.order_by("asked_at")]
        return as_json(200, {"responseRequest": asked})

    def post(self, request: Request, public_id: UUID) -> HttpResponse:
        def work() -> Answer:
            said = _object(request.data)
            made = update_interaction.ask_customer(
                interaction_id=_seen(request, public_id).pk,
                question=str(said.get("question") or ""),
                due_at=_due(said),
                on_silence=str(said.get("onTimeout") or ""),
                silence_note=str(said.get("onTimeoutNote") or ""),
                actor=caller(request),
            )
            return Answer(201, shape.request(made))

        return answered_once(request, work)


class RequestView(APIView):
    """DELETE: the answer is no longer needed; the clock goes on."""

    permission_classes = [Scoped]

    def delete(self, request: Request, public_id: UUID, pk: int) -> HttpResponse:
        update_interaction.withdraw_question(
            interaction_id=_seen(request, public_id).pk, request_id=pk, actor=caller(request)
        )
        return HttpResponse(status=204)


class SubjectsView(APIView):
    """GET the subjects of the contact; POST notes a further one."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        one = _seen(request, public_id)
        _looked_at(request, one, "subjects")
        found = one.items.select_related("reason")
        return as_json(200, {"subject": [shape.subject(each) for each in found]})

    def post(self, request: Request, public_id: UUID) -> HttpResponse:
        def work() -> Answer:
            said = _object(request.data)
            item = add_subject(
                interaction_id=_seen(request, public_id).pk,
                subject=str(said.get("subject") or ""),
                reason_key=str(said.get("reason") or ""),
                about={"type": str(said.get("type") or ""), "id": str(said.get("about") or "")},
                actor=caller(request),
            )
            return Answer(201, shape.subject(item))

        return answered_once(request, work)


class SubjectView(APIView):
    """POST what came of one subject."""

    permission_classes = [Scoped]

    def post(self, request: Request, public_id: UUID, subject_id: UUID) -> HttpResponse:
        def work() -> Answer:
            said = _object(request.data)
            item = settle_subject(
                item_id=_seen(request, public_id).items.get(public_id=subject_id).pk,
                outcome=str(said.get("outcome") or ""),
                note=str(said.get("note") or ""),
                actor=caller(request),
            )
            return Answer(200, shape.subject(item))

        return answered_once(request, work)


class ParticipantsView(APIView):
    """GET who takes part and as what; POST lets somebody take part."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        one = _seen(request, public_id)
        _looked_at(request, one, "participants")
        clear = masking.sees_people(caller(request))
        found = one.participants.taking_part().select_related("party")
        return as_json(200, {"participant": [shape.participant(each, clear) for each in found]})

    def post(self, request: Request, public_id: UUID) -> HttpResponse:
        def work() -> Answer:
            said = _object(request.data)
            made = add_participant(
                interaction_id=_seen(request, public_id).pk,
                name=str(said.get("name") or ""),
                address=str(said.get("address") or ""),
                role=str(said.get("role") or "contact"),
                copied=said.get("copied") is True,
                actor=caller(request),
            )
            # Who takes part already is answered with as they stand: seen by who may see people.
            clear = masking.sees_people(caller(request))
            return Answer(201, shape.participant(made, clear))

        return answered_once(request, work)


class ParticipantView(APIView):
    """DELETE: they take no part any more."""

    permission_classes = [Scoped]

    def delete(self, request: Request, public_id: UUID, participant_id: UUID) -> HttpResponse:
        found = _seen(request, public_id).participants.get(public_id=participant_id)
        remove_participant(participant_id=found.pk, actor=caller(request))
        return HttpResponse(status=204)


class OwnFieldsView(APIView):
    """GET the own fields of a matter with their values; PATCH sets those named, null takes away."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        one = _seen(request, public_id)
        _looked_at(request, one, "own fields")
        return as_json(200, shape.own_fields(one))

    def patch(self, request: Request, public_id: UUID) -> HttpResponse:
        def work() -> Answer:
            one, said = _seen(request, public_id), _object(request.data)
            one = fill_in(interaction_id=one.pk, values=said, actor=caller(request))
            return Answer(200, shape.own_fields(one))

        return answered_once(request, work)


class TagListView(APIView):
    """GET the tags there are; merged ones are named by what they are read as."""

    permission_classes = [Scoped]

    def get(self, request: Request) -> HttpResponse:
        require(caller(request), "interactions.view_interaction")
        found = Tag.objects.in_use()[:_MOST_TAGS]
        return as_json(200, {"tag": [{"name": each.name} for each in found]})


class TagsView(APIView):
    """GET the tags of a matter; POST puts one on, by name."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        return as_json(200, shape.tags(_seen(request, public_id)))

    def post(self, request: Request, public_id: UUID) -> HttpResponse:
        def work() -> Answer:
            one, said = _seen(request, public_id), _object(request.data)
            name = str(said.get("name") or "")
            tag(interaction_id=one.pk, name=name, actor=caller(request))
            one.refresh_from_db()
            return Answer(200, shape.tags(one))

        return answered_once(request, work)


class TagView(APIView):
    """DELETE: the tag is taken off."""

    permission_classes = [Scoped]

    def delete(self, request: Request, public_id: UUID, name: str) -> HttpResponse:
        one = _seen(request, public_id)
        untag(interaction_id=one.pk, name=name, actor=caller(request))
        return HttpResponse(status=204)


class EventsView(APIView):
    """GET the timeline, oldest first, `after` an event; and whether the seals of these hold."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        one = _seen(request, public_id)
        _looked_at(request, one, "timeline")
        after = request.query_params.get("after", "0")
        from_seq = int(after) if after.isdecimal() and len(after) < 10 else 0  # noqa: PLR2004 - as an integer holds
        rows = list(one.events.filter(seq__gt=from_seq).order_by("seq")[:_MOST_EVENTS])
        # Of the last page also whether anything is missing at the end.
        upto = rows[-1].seq if len(rows) == _MOST_EVENTS else None
        whole = timeline_is_whole(interaction_id=one.pk, after=from_seq, upto=upto)
        return as_json(200, {"sealed": whole, "event": [shape.event(row) for row in rows]})


def _seen(request: Request, public_id: UUID) -> Interaction:
    actor = caller(request)
    require(actor, "interactions.view_interaction")
    return Interaction.objects.visible_to(actor).get(public_id=public_id)


def _looked_at(request: Request, one: Interaction, what: str) -> None:
    """What is told in our own words about a customer is theirs: who reads it is kept."""
    record_access(
        actor=caller(request),
        action="view",
        subject="interaction",
        ids=[one.pk],
        purpose=purpose_of(request.headers.get("X-Purpose", "")),
        detail=f"{one.reference}, {what}",
    )


def _move(one: Interaction, to: str, said: Mapping[str, Any], actor: Actor) -> None:
    if to not in _Status.values:
        raise _unreadable("to", _("to is one of %(known)s.") % {"known": ", ".join(MOVES)})
    reason = str(said.get("reason") or "")
    again = to == _Status.IN_PROGRESS and one.status in {_Status.COMPLETED, _Status.CLOSED}
    ways: dict[str, Callable[[], object]] = {
        _Status.COMPLETED: lambda: close_interaction.complete(
            interaction_id=one.pk,
            outcome=str(said.get("outcome") or ""),
            note=str(said.get("note") or ""),
            actor=actor,
        ),
        _Status.CLOSED: lambda: close_interaction.close(
            interaction_id=one.pk, informed_by=str(said.get("informedBy") or ""), actor=actor
        ),
        _Status.CANCELLED: lambda: close_interaction.cancel(
            interaction_id=one.pk, reason=reason, actor=actor
        ),
        _Status.MERGED: lambda: manage_interaction.merge(
            source_id=one.pk, target_id=_target(said, actor), actor=actor
        ),
    }
    if again:
        close_interaction.reopen(interaction_id=one.pk, reason=reason, actor=actor)
    elif to in ways:
        ways[to]()
    else:
        update_interaction.change_fields(interaction_id=one.pk, changes={"status": to}, actor=actor)


def _target(said: Mapping[str, Any], actor: Actor) -> int:
    try:
        public_id = UUID(str(said.get("into")))
    except ValueError:
        raise _unreadable("into", _("into is the id of the other interaction.")) from None
    return Interaction.objects.visible_to(actor).get(public_id=public_id).pk


def _due(said: Mapping[str, Any]) -> Any:
    try:
        return moment(str(said.get("dueDate")))
    except (TypeError, ValueError, OverflowError):
        raise _unreadable("dueDate", _("dueDate is an instant with its offset.")) from None


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise _unreadable("", _("The body must be an object."))
    return body


def _unreadable(field: str, sentence: str) -> RuleBroken:
    return RuleBroken("invalid", sentence, field=field, kind="input")
