"""Coming in and going out, and what is somebody's own."""

from django.urls import path

from accounts import views
from accounts.views import codes, factors, proof

app_name = "accounts"
urlpatterns = [
    path("accounts/register/", views.register, name="register"),
    path("accounts/sent/", views.sent, name="sent"),
    path("accounts/verify/", views.resend, name="resend"),
    path("accounts/verify/<str:token>/", views.verify, name="verify"),
    path("accounts/login/", views.login, name="login"),
    path("accounts/logout/", views.logout, name="logout"),
    path("accounts/code/", codes.code, name="code"),
    path("accounts/code/options/", codes.code_options, name="code_options"),
    path("accounts/prove/", proof.prove, name="prove"),
    path("accounts/password/forgot/", views.forgot, name="forgot"),
    path("accounts/password/reset/<str:token>/", views.reset, name="reset"),
    path("accounts/email/<str:token>/", views.confirm_email, name="confirm_email"),
    path("account/", views.overview, name="account"),
    path("account/profile/", views.profile, name="profile"),
    path("account/addresses/", views.addresses, name="addresses"),
    path("account/addresses/new/", views.new_address, name="new_address"),
    path("account/addresses/<uuid:address_id>/", views.address, name="address"),
    path("account/email/", views.email, name="email"),
    path("account/password/", views.password, name="password"),
    path("account/second-factor/", factors.factors, name="factors"),
    path("account/second-factor/app/", factors.app, name="app"),
    path("account/second-factor/app/new/", factors.begin_app, name="begin_app"),
    path("account/second-factor/codes/", factors.make_codes, name="make_codes"),
    path("account/second-factor/passkey/", factors.add_passkey, name="add_passkey"),
    path("account/second-factor/passkey/options/", factors.passkey_options, name="passkey_options"),
    path("account/second-factor/remove/", factors.remove, name="remove_factor"),
    path("account/devices/", views.devices, name="devices"),
    path("account/close/", views.close, name="close"),
]
