"""Public addresses: no log-in."""

from django.urls import path

from jiangcheng.web.public import bodies, items, law, plans, views

urlpatterns = [
    path("", views.home, name="public-home"),
    path("items/", items.listing, name="public-items"),
    path("items/<int:pk>/", items.detail, name="public-item"),
    path("plans/", plans.listing, name="public-plans"),
    path("plans/<int:body>/<int:year>/", plans.detail, name="public-plan"),
    path("bodies/", bodies.listing, name="public-bodies"),
    path("bodies/<int:pk>/", bodies.detail, name="public-body"),
    path("data/", views.data, name="public-data"),
    path("data/<slug:table>/", views.library, name="public-library"),
    path("law/", law.table, name="law"),
]
