"""Paying, and saved cards.

Where providers report (`views.webhook`) has no language: see shopflow/urls.py.
"""

from django.urls import path

from payments import views

app_name = "payments"
urlpatterns = [
    path("pay/<str:number>/", views.pay, name="pay"),
    path("account/cards/", views.cards, name="cards"),
]
