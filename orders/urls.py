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
    path("orders/<str:number>/returns/", views.returns, name="returns"),
    path("orders/<str:number>/returns/<str:return_number>/", views.one_return, name="return"),
    path(
        "orders/<str:number>/returns/<str:return_number>/label/",
        views.return_label,
        name="return-label",
    ),
    path(
        "orders/<str:number>/returns/<str:return_number>/cancel/",
        views.call_off_return,
        name="return-cancel",
    ),
    path("orders/<str:number>/withdrawal/", views.withdraw_order, name="withdraw-order"),
    path("withdrawal/", views.withdraw, name="withdraw"),
    path("account/orders/", views.mine, name="mine"),
]
