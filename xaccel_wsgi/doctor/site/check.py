"""The check of a live site: what is asked, one group of questions after the other."""

from collections.abc import Iterator

from ...errors import CheckError
from ...settings import Settings
from ..finding import Finding, Progress
from . import answer, carrier, doors, repeats
from .client import Answer, Site
from .marks import is_signed


def check_site(
    site: Site,
    progress: Progress,
    *,
    settings: Settings | None = None,
    token: str | None = None,
    filename: str | None = None,
) -> Iterator[Finding]:
    """Asks a site for a download, in many ways.

    Args:
        site: Asked about twenty times, for no more than 1 MiB each.
        progress: Told before each request.
        settings: The application's, where known.
        token: What NGINX and the application share, where known.
        filename: What the download should be called, where known.

    Raises:
        CheckError: The site doesn't answer, or not with a file, or who sends it is said in words
            that aren't known here.
    """

    def ask(what: str, *arguments: object, **options: object) -> Answer:
        progress(f"Asking: {what}")
        return site.ask(what, *arguments, **options)  # type: ignore[arg-type]

    whole = ask("GET")
    if is_signed(whole.value("Location").partition("?")[2]):
        said = list(carrier.findings(ask, token, settings))
        yield from said
        yield _redirected(whole, is_meant=all(finding.status == "ok" for finding in said))
        return
    if whole.status != 200:
        raise CheckError(
            "url",
            f"{site.url} was answered {whole.status}, and not with a file",
            'Name a download that exists; give what permits it with --header "Cookie: ...".',
        )
    yield from carrier.findings(ask, token, settings)
    yield from answer.findings(site, whole, token, filename)
    yield from repeats.findings(ask, whole)
    yield from doors.findings(ask, site, whole, settings)


def _redirected(whole: Answer, *, is_meant: bool) -> Finding:
    return Finding(
        id="redirected",
        status="ok" if is_meant else "warn",
        group="What the client gets",
        where=whole.request,
        what=f"The client is sent to the store with a signed URL ({whole.status})",
        why="Whoever sees the URL has the file for as long as the signature lasts. That is what "
        'mode="redirect" does; the other carriers show the client no URL.',
        fix='Set mode="auto" behind NGINX, if that isn\'t meant.',
    )
