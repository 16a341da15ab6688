"""A Django project for the tests, configured when this is imported: once a process, as Django is.

It has no views; `project` makes an application with the test's, and with its settings.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from django.urls import URLPattern

from xaccel_wsgi import XAccelMiddleware

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

urlpatterns: list[URLPattern] = []
django_application = get_wsgi_application()
# As wsgi.py has it.
application = XAccelMiddleware(
    django_application, origins=["https://files.example"], error_page="/errors/{status}"
)


@contextmanager
def project(*urls: URLPattern, **changed: Any) -> Iterator[WSGIHandler]:
    """Makes an application with these URLs; settings stay changed to the end of the block."""
    with override_settings(ROOT_URLCONF=urls, **changed):
        yield WSGIHandler()
