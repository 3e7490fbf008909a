"""The shop's addresses, and for each protected table a view that forgets its filter."""

from django.urls import path

from shopflow.urls import handler404, handler500
from shopflow.urls import urlpatterns as shop
from tests.access.people import MODELS
from tests.access.planted.views import forgetful, leak

__all__ = ["handler404", "handler500", "urlpatterns"]
urlpatterns = [
    *(path(f"planted/{table}/", forgetful(model)) for table, model in MODELS.items()),
    path("planted/leak/", leak),
    *shop,
]
