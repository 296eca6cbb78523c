"""All addresses, and the supervisor's pages over visits beside them."""

from django.urls import include, path

from jiangcheng.urls import handler403, handler404, handler500
from jiangcheng.urls import urlpatterns as whole
from jiangcheng.web.supervisor import visits

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [*whole, path("supervisor/", include(visits.urlpatterns))]
