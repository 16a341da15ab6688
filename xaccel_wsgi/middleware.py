"""The middleware: finds the RemoteFile in a response and has the right carrier send it."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import ClosingIterator

from .carriers.choice import Chooser
from .carriers.error_page import ErrorPages
from .carriers.inquiry import is_inquiry, tell
from .carriers.local import HEADER as INTERNAL_HEADER
from .carriers.local import named_file, send
from .carriers.nginx.wire import TOKEN_FIELD, handoff_fields, token_fields
from .carriers.redirect import redirect
from .carriers.stream import Streamer
from .handoff import Handoff, NotModified, admit, dropped_fields, make_handoff
from .remote_file import SLOT_KEY, Slot
from .rules.fields import environ_key
from .settings import load_settings
from .watch import Watch

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("xaccel_wsgi")

_TOKEN_KEY = environ_key(TOKEN_FIELD)


class XAccelMiddleware:
    """Sends the RemoteFiles that an application's views return.

    So it does with the files of this machine that an X-Accel-Redirect names, where the settings say
    in which folder they are. A response that names no file passes untouched and unbuffered.
    Wrapping twice is the same as wrapping once: the outer one acts.

    Nothing that a client sends is trusted: the carrier is chosen by the settings and by a token
    that only the server in front knows.

    Attributes:
        settings: What was decided at construction.
    """

    def __init__(
        self, app: "WSGIApplication", config: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        """Wraps `app`.

        Args:
            app: Any WSGI application.
            config: The framework's configuration, for its `XACCEL_*` or `xaccel.*` keys.
            options: Settings by name; `origins` is required here, in `config` or in
                `XACCEL_ORIGINS`. See `Settings`.

        Raises:
            SettingsError: A setting is missing, unknown or can't be used.
        """
        self.app = app
        self.settings = load_settings(config, **options)
        self._admit = partial(admit, self.settings)
        self._pages = ErrorPages(app, self.settings)
        self._streamer = Streamer(self.settings)
        self._locations = tuple(location for location, _ in self.settings.internal_locations)
        self._chooser = Chooser(self.settings)
        self._said: set[str] = set()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answers one request (PEP 3333)."""
        if SLOT_KEY in environ:
            return self.app(environ, start_response)
        # As it was, for whatever is decided once the application has had it.
        received = environ.copy()
        token = environ.pop(_TOKEN_KEY, None)
        try:
            return self._answer(environ, start_response, received)
        finally:
            # Whoever is around may ask a second time with the same environ.
            environ.pop(SLOT_KEY, None)
            if token is not None:
                environ[_TOKEN_KEY] = token

    def _answer(
        self,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
        received: "WSGIEnvironment",
    ) -> Iterable[bytes]:
        failed = self._pages.status_of(environ)
        if failed is not None:
            # NGINX asks, and gives the page the status of the failure.
            page = self._pages.page(environ, failed)
            fields = list(page.fields)
            if self._chooser.choose(received.get(_TOKEN_KEY, "")).carrier == "nginx":
                # A cache around the application would keep it for the file, by $request_uri.
                fields.append(("X-Accel-Expires", "0"))
            start_response("200 OK", fields)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [page.body]
        slot = environ[SLOT_KEY] = Slot(self._admit)
        watch = Watch(start_response, self._locations)
        body = self.app(environ, watch)
        if watch.passed and not watch.held:
            return body
        if not watch.held:
            # A generator calls start_response on its way to the first item.
            items = iter(body)
            first = tuple(_up_to_first(items, body))
            if not watch.held:
                return ClosingIterator(chain(first, items), getattr(body, "close", None))
        close = getattr(body, "close", None)
        if close is not None:
            close()
        if watch.held == INTERNAL_HEADER:
            return self._send_named(watch, received)
        return self._send(watch, slot, received)

    def close(self) -> None:
        """Closes the idle connections to origins; the middleware stays usable."""
        self._streamer.close()

    def _send(self, watch: Watch, slot: Slot, received: "WSGIEnvironment") -> Iterable[bytes]:
        text_form = not Slot.is_reference(watch.value)
        remote = slot.find(watch.value)
        decided = make_handoff(remote, received, watch.fields, self.settings, text_form=text_form)
        for name in dropped_fields(watch.fields, self.settings):
            self._say_once(
                f"the response header {name} does not reach the client beside a remote file; "
                f"to carry it, add it to carried_headers"
            )
        start_response = watch.late
        if isinstance(decided, NotModified):
            cookies = [("Set-Cookie", value) for value in decided.cookies]
            start_response("304 Not Modified", [*decided.response_fields, *cookies])
            return []
        return self._carry(decided, received, start_response)

    def _carry(
        self, handoff: Handoff, received: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        def redirected() -> Iterable[bytes]:
            return redirect(handoff, received["REQUEST_METHOD"], start_response)

        def handed_over() -> Iterable[bytes]:
            # 204 without a type: NGINX replaces status and body, and a type would outlive them.
            start_response("204 No Content", list(handoff_fields(handoff, self.settings)))
            return []

        def streamed() -> Iterable[bytes]:
            if self.settings.mode == "auto":
                # What NGINX couldn't be told is an error here as well, where it is still cheap.
                handoff_fields(handoff, self.settings)
            error_page = partial(self._pages.page, received)
            return self._streamer.send(handoff, received, start_response, error_page)

        carriers = {"redirect": redirected, "nginx": handed_over, "stream": streamed}
        return self._send_by(carriers, received, start_response, redirects=handoff.redirect)

    def _send_named(self, watch: Watch, received: "WSGIEnvironment") -> Iterable[bytes]:
        named = named_file(watch.value, watch.fields, self.settings.internal_locations)

        def handed_over() -> Iterable[bytes]:
            watch.late("200 OK", [*named.handed_over, *token_fields(self.settings)])
            return []

        def streamed() -> Iterable[bytes]:
            return send(named, received, watch.late)

        return self._send_by({"nginx": handed_over, "stream": streamed}, received, watch.late)

    def _send_by(
        self,
        carriers: Mapping[str, Callable[[], Iterable[bytes]]],
        received: "WSGIEnvironment",
        start_response: "StartResponse",
        *,
        redirects: bool = False,
    ) -> Iterable[bytes]:
        """Has the right one of `carriers` send, or says which it is to who may ask."""
        choice = self._chooser.choose(received.pop(_TOKEN_KEY, ""), redirects=redirects)
        if is_inquiry(received, self.settings.token, time.time()):
            return tell(choice.carrier, choice.shown, received, start_response)
        choice.check()
        if choice.remark:
            self._say_once(choice.remark)
        return carriers[choice.carrier]()

    def _say_once(self, message: str) -> None:
        if message not in self._said:
            self._said.add(message)
            log.warning("%s", message)


def _up_to_first(items: Iterable[bytes], body: Iterable[bytes]) -> Iterable[bytes]:
    """Yields the first item; closes the body if the application fails on the way there."""
    try:
        for item in items:
            yield item
            return
    except BaseException:
        close = getattr(body, "close", None)
        if close is not None:
            close()
        raise
