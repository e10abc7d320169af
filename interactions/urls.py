"""Addresses of this app."""

from django.urls import path

from interactions.api import hooks
from interactions.web import (
    actions,
    attachments,
    availability,
    batches,
    calls,
    desk,
    follow_ups,
    handling,
    inbound,
    kept_filters,
    log,
    macros,
    opinion,
    page,
    performance,
    public,
    rows,
    timeline,
)

app_name = "interactions"

_ONE = "interactions/<uuid:public_id>"

urlpatterns = [
    path("hooks/<slug:channel>", hooks.take, name="hook"),
    *inbound.urlpatterns,
    *calls.urlpatterns,
    *public.urlpatterns,
    path("desk", desk.desk, name="desk"),
    path("desk/news", desk.news, name="news"),
    path("desk/take-next", desk.take_next, name="take_next"),
    path("desk/batch", batches.batch, name="batch"),
    path("desk/batch/<int:pk>/undo", batches.undo, name="undo_batch"),
    path("desk/available", availability.switch, name="availability"),
    path("desk/filters", kept_filters.keep, name="keep_filter"),
    path("desk/filters/<int:pk>/forget", kept_filters.forget, name="forget_filter"),
    path("follow-ups/<int:pk>/<slug:state>", follow_ups.settle, name="settle_follow_up"),
    path("desk/<int:pk>/give-back", desk.give_back, name="give_back"),
    path("log", log.log, name="log"),
    path("log/caller", log.caller, name="caller"),
    path("log/<int:pk>/undo", log.unlog, name="unlog"),
    path("customers/<int:pk>/timeline", timeline.timeline, name="timeline"),
    path("customers/<int:pk>/matters", timeline.matters, name="matters"),
    path("opinion/<str:token>", opinion.opinion, name="opinion"),
    path("performance", performance.performance, name="performance"),
    path("performance/rows", rows.rows, name="performance_rows"),
    path(f"{_ONE}", page.page, name="page"),
    path(f"{_ONE}/times", page.times_panel, name="times"),
    path(f"{_ONE}/readers", page.readers, name="readers"),
    path(f"{_ONE}/draft", page.draft, name="draft"),
    path(f"{_ONE}/why/<int:clock_id>", page.why, name="why"),
    path(f"{_ONE}/answer", actions.answer, name="answer"),
    path(f"{_ONE}/ask", actions.ask, name="ask"),
    path(f"{_ONE}/answered", actions.answered, name="answered"),
    path(f"{_ONE}/promise/<int:clock_id>", actions.promise, name="promise"),
    path(f"{_ONE}/complete", actions.complete, name="complete"),
    path(f"{_ONE}/undo-complete", actions.undo_complete, name="undo_complete"),
    path(f"{_ONE}/close", actions.close, name="close"),
    path(f"{_ONE}/reopen", actions.reopen, name="reopen"),
    path(f"{_ONE}/cancel", actions.cancel, name="cancel"),
    path(f"{_ONE}/macro", macros.use, name="macro"),
    path(f"{_ONE}/files/<uuid:attachment_id>", attachments.download, name="download"),
    path(f"{_ONE}/snooze", handling.snooze, name="snooze"),
    path(f"{_ONE}/wake", handling.wake, name="wake"),
    path(f"{_ONE}/transfer", handling.transfer, name="transfer"),
    path(f"{_ONE}/escalate", handling.escalate, name="escalate"),
    path(f"{_ONE}/calm", handling.calm, name="calm"),
    path(f"{_ONE}/follow-up", handling.follow_up, name="follow_up"),
    path(f"{_ONE}/merge", handling.merge, name="merge"),
    path(f"{_ONE}/unmerge", handling.unmerge, name="unmerge"),
    path(f"{_ONE}/link", handling.link, name="link"),
    path(f"{_ONE}/links/<int:link_id>/undo", handling.unlink, name="unlink"),
    path(f"{_ONE}/split", handling.split, name="split"),
    path(f"{_ONE}/undo-split", handling.undo_split, name="undo_split"),
    path(f"{_ONE}/questions/<int:request_id>/withdraw", handling.withdraw, name="withdraw"),
    path(f"{_ONE}/assign", actions.assign, name="assign_one"),
    *(
        path(f"{_ONE}/{how}", actions.move, {"how": how}, name="move")
        for how in ("take", "wait", "wait-partner", "go-on")
    ),
]
