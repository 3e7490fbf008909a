"""Coming in and going out; the rest of an account belongs to the apps above."""

from typing import cast

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponse

from accounts.forms import LoginForm
from accounts.models import User
from accounts.views.entering import go_in


class _Login(LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Lead on: the password alone may not be enough."""
        return go_in(self.request, cast(User, form.get_user()), self.get_success_url())


login = _Login.as_view()
logout = LogoutView.as_view()
