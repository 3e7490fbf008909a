"""Coming in and going out; the rest of an account belongs to the apps above."""

from django.contrib.auth.views import LoginView, LogoutView

from accounts.forms import LoginForm

login = LoginView.as_view(
    template_name="accounts/login.html",
    authentication_form=LoginForm,
    redirect_authenticated_user=True,
)
logout = LogoutView.as_view()
