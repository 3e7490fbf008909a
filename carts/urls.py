"""The cart."""

from django.urls import path

from carts import views

app_name = "carts"
urlpatterns = [
    path("cart/", views.detail, name="detail"),
    path("cart/add/", views.add, name="add"),
    path("cart/badge/", views.badge, name="badge"),
    path("cart/lines/<uuid:item_id>/", views.line, name="line"),
    path("cart/lines/<uuid:item_id>/remove/", views.remove, name="remove"),
    path("cart/estimate/", views.estimate, name="estimate"),
    path("cart/coupon/", views.coupon, name="coupon"),
    path("cart/coupon/<str:code>/remove/", views.remove_coupon, name="remove_coupon"),
]
