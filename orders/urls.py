"""From checkout to the parcel."""

from django.urls import path

from orders import views

app_name = "orders"
urlpatterns = [
    path("checkout/", views.checkout, name="checkout"),
    path("orders/track/", views.track, name="track"),
    path("orders/<str:number>/", views.detail, name="detail"),
    path("orders/<str:number>/thanks/", views.thanks, name="thanks"),
    path("orders/<str:number>/cancel/", views.cancel, name="cancel"),
    path("orders/<str:number>/invoice/", views.invoice, name="invoice"),
    path("orders/<str:number>/reorder/", views.reorder, name="reorder"),
    path("account/orders/", views.mine, name="mine"),
]
