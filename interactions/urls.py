"""Addresses of this app."""

from django.urls import path

from interactions.api import hooks
from interactions.web import actions, desk, log, opinion, page, performance, rows, timeline

app_name = "interactions"

_ONE = "interactions/<uuid:public_id>"

urlpatterns = [
    path("hooks/<slug:channel>", hooks.take, name="hook"),
    path("desk", desk.desk, name="desk"),
    path("desk/news", desk.news, name="news"),
    path("desk/take-next", desk.take_next, name="take_next"),
    path("desk/assign", desk.assign, name="assign"),
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
    path(f"{_ONE}/assign", actions.assign, name="assign_one"),
    *(
        path(f"{_ONE}/{how}", actions.move, {"how": how}, name="move")
        for how in ("take", "wait", "wait-partner", "go-on")
    ),
]
