"""Addresses of 待办, 已办, 我发起, 消息 and what is done from them, at the root."""

from django.urls import path

from jiangcheng.web.work import messages, views

urlpatterns = [
    path("todo/", views.waiting, name="todo"),
    path("done/", views.done, name="done"),
    path("started/", views.started, name="started"),
    path("started/nudge/", views.nudge, name="work-nudge"),
    path("started/withdraw/", views.withdraw, name="work-withdraw"),
    path("todo/<str:work>/<int:pk>/hand-over/", views.hand_over, name="work-hand-over"),
    path("messages/", messages.listing, name="messages"),
    path("messages/<int:pk>/open/", messages.open_, name="message-open"),
    path("messages/read/", messages.read_all, name="messages-read"),
    path("messages/settings/", messages.settings, name="messages-settings"),
    path("filters/", messages.keep_filter, name="filter-keep"),
    path("filters/<int:pk>/drop/", messages.drop_filter, name="filter-drop"),
]
