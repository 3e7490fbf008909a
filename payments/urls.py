"""Paying, gift cards, and saved cards.

Where providers report (`views.webhook`) has no language: see shopflow/urls.py.
"""

from django.urls import path

from payments import views

app_name = "payments"
urlpatterns = [
    path("pay/<str:number>/", views.pay, name="pay"),
    path("pay/<str:number>/gift-card/", views.pay_with_gift_card, name="pay-with-gift-card"),
    path("gift-card/", views.balance, name="gift-card"),
    path("account/cards/", views.cards, name="cards"),
    path("account/gift-cards/", views.gift_cards, name="gift-cards"),
]
