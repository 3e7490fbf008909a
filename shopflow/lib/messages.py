"""Where the sentence for the next page is kept until then."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class NamedCookie(CookieStorage):
    """Django's cookie under the shop's name, with the __Host- prefix over https.

    A guest gets no session for it.
    """

    cookie_name = settings.MESSAGE_COOKIE_NAME
