"""A Django project for the tests, configured when this is imported: once a process, as Django is.

Its only view is the test's; `override_settings` changes the rest.
"""

from collections.abc import Callable
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponseBase
from django.urls import re_path

from xaccel_wsgi import XAccelMiddleware

View = Callable[[HttpRequest], HttpResponseBase]

# What `startproject` writes into settings.py, without what needs a database.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

settings.configure(
    SECRET_KEY="for the tests",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    WSGI_APPLICATION=f"{__name__}.application",
    MIDDLEWARE=MIDDLEWARE,
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
)
django.setup()


class Views:
    """The project's only view.

    Attributes:
        view: The test's.
    """

    view: View | None = None

    def __call__(self, request: HttpRequest, *arguments: Any) -> HttpResponseBase:
        """Answers with it."""
        assert self.view is not None
        return self.view(request, *arguments)


views = Views()
urlpatterns = [re_path("", views)]
django_application = get_wsgi_application()
# As wsgi.py has it.
application = XAccelMiddleware(django_application, origins=["https://files.example"])
