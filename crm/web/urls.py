from django.urls import path

from crm.web import resets, views

app_name = "web"

urlpatterns = [
    path("", views.home, name="home"),
    path("login", views.SignIn.as_view(), name="login"),
    path("login/lost", resets.AskForLink.as_view(), name="reset_ask"),
    path("login/lost/asked", resets.LinkAskedFor.as_view(), name="reset_asked"),
    path("login/new/<uidb64>/<token>", resets.ChoosePassword.as_view(), name="reset_confirm"),
    path("logout", views.SignOut.as_view(), name="logout"),
    path("search", views.search, name="search"),
    path("shortcuts", views.shortcuts, name="shortcuts"),
    path("menu", views.menu, name="menu"),
    path("notices", views.notice_list, name="notices"),
    path("notices/read", views.read_notices, name="read_notices"),
    path("notices/bell", views.bell, name="bell"),
    path("preferences", views.preferences, name="preferences"),
    path("preferences/password", views.ChangePassword.as_view(), name="password"),
    path("styleguide", views.style, name="styleguide"),
]
