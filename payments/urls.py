"""Paying, and saved cards.

Where providers report (`views.webhook`) has no language: see shopflow/urls.py.
"""

from django.urls import path

from payments import views

app_name = "payments"
urlpatterns = [
    path("pay/<str:number>/", views.pay, name="pay"),
    path("pay/<str:number>/gift-card/", gift_cards.add, name="add-gift-card"),
    path(
        "pay/<str:number>/gift-card/<uuid:hold_id>/remove/",
        gift_cards.remove,
        name="remove-gift-card",
    ),
    path("gift-card/", gift_cards.balance, name="gift-card"),
    path("account/cards/", views.cards, name="cards"),
    path("account/gift-cards/", gift_cards.mine, name="gift-cards"),
]
