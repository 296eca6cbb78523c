"""Not built yet."""

urlpatterns: list = []
