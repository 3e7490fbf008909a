"""Coming in and going out, and what proves that it is you."""

from django.urls import path

from accounts import views
from accounts.views import codes, factors, proof

app_name = "accounts"
urlpatterns = [
    path("accounts/login/", views.login, name="login"),
    path("accounts/logout/", views.logout, name="logout"),
    path("accounts/code/", codes.code, name="code"),
    path("accounts/code/options/", codes.code_options, name="code_options"),
    path("accounts/prove/", proof.prove, name="prove"),
    path("account/second-factor/", factors.factors, name="factors"),
    path("account/second-factor/app/", factors.app, name="app"),
    path("account/second-factor/app/new/", factors.begin_app, name="begin_app"),
    path("account/second-factor/app/qr.svg", factors.app_picture, name="app_picture"),
    path("account/second-factor/codes/", factors.make_codes, name="make_codes"),
    path("account/second-factor/passkey/", factors.add_passkey, name="add_passkey"),
    path("account/second-factor/passkey/options/", factors.passkey_options, name="passkey_options"),
    path("account/second-factor/remove/", factors.remove, name="remove_factor"),
]
