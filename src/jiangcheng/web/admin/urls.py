"""Addresses of the administrator's desk, below ``admin/``."""

from django.urls import path, re_path

from jiangcheng.web.admin import accounts, bodies, calendar, home, parameters, people

urlpatterns = [
    path("", home.home, name="admin-home"),
    path("bodies/", bodies.tree, name="admin-bodies"),
    path("bodies/new/", bodies.add, name="admin-body-new"),
    path("bodies/<int:pk>/", bodies.detail, name="admin-body"),
    path("bodies/<int:pk>/edit/", bodies.edit, name="admin-body-edit"),
    path("bodies/<int:pk>/powers/", bodies.add_power, name="admin-body-power"),
    path("bodies/<int:pk>/heads/", bodies.add_head, name="admin-body-head"),
    re_path(r"^terms/(?P<kind>power|head|seat)/(?P<pk>[0-9]+)/$", bodies.end_term, name="admin-term"),
    path("people/", people.people, name="admin-people"),
    path("people/new/", people.add, name="admin-person-new"),
    path("people/<int:pk>/", people.detail, name="admin-person"),
    path("people/<int:pk>/edit/", people.edit, name="admin-person-edit"),
    path("people/<int:pk>/reveal/", people.reveal, name="admin-reveal"),
    path("people/<int:pk>/certificates/", people.add_certificate, name="admin-certificate-new"),
    path("people/<int:pk>/account/", people.add_account, name="admin-account-new"),
    path("certificates/<int:pk>/", people.edit_certificate, name="admin-certificate"),
    path("certificates/<int:pk>/suspend/", people.suspend, name="admin-certificate-suspend"),
    path("certificates/<int:pk>/revoke/", people.revoke, name="admin-certificate-revoke"),
    path("accounts/", accounts.accounts, name="admin-accounts"),
    path("accounts/<int:pk>/", accounts.detail, name="admin-account"),
    path("accounts/<int:pk>/seat/", accounts.add_seat, name="admin-seat-new"),
    path("accounts/<int:pk>/unlock/", accounts.unlock, name="admin-unlock"),
    path("accounts/<int:pk>/active/", accounts.active, name="admin-account-active"),
    path("accounts/<int:pk>/password/", accounts.reset, name="admin-account-password"),
    path("parameters/", parameters.parameters, name="admin-parameters"),
    path("parameters/<str:name>/", parameters.parameter, name="admin-parameter"),
    path("calendar/", calendar.year, name="admin-calendar"),
    path("calendar/import/", calendar.load, name="admin-calendar-import"),
]
