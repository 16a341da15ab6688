"""A Django project for the tests, configured when this is imported: once a process, as Django is.

It has no views; a test overrides ROOT_URLCONF with a tuple of paths, and what else it needs.
"""

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
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
application = XAccelMiddleware(django_application, origins=["https://files.example"])
