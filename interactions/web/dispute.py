"""Why this time, as a file that leaves the house."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from crm.access import signed_in
from interactions.processes.track_interaction import dispute_file
from interactions.web.page import in_sight


@login_required
@require_GET
def why_file(request: HttpRequest, public_id: UUID, clock_id: int) -> HttpResponse:
    """The account of one clock as PDF, CSV or JSON."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    clock = one.clocks.get(pk=clock_id)
    file = dispute_file(clock_id=clock.pk, format=request.GET.get("as", "pdf"), actor=actor)
    answer = HttpResponse(file.content, content_type=file.media_type)
    name = f"INT-{one.pk}-{clock.target}-{clock.cycle}.{file.suffix}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
