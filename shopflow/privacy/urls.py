"""One's own data."""

from django.urls import path

from shopflow.privacy import views

app_name = "privacy"
urlpatterns = [
    path("account/data/", views.data, name="data"),
    path("account/data/export/", views.export, name="export"),
    path("account/data/delete/", views.erase, name="erase"),
]
