"""The shelves of the shop."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from catalog import views


class SlugPath(StringConverter):
    """Slugs with slashes between them; anything else is no address of ours."""

    regex = r"[-a-zA-Z0-9_]+(?:/[-a-zA-Z0-9_]+)*"


register_converter(SlugPath, "slugs")

app_name = "catalog"
urlpatterns = [
    path("", views.home, name="home"),
    path("c/<slugs:slugs>/", views.category, name="category"),
    path("p/<slug:slug>/", views.product, name="product"),
    path("seen/", views.seen, name="seen"),
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("brands/<slug:slug>/", views.brand, name="brand"),
    path("pages/<slug:slug>/", views.page, name="page"),
]
