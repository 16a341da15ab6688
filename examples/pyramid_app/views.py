"""The views: Pyramid has asked the ACLs before one of a plate is called."""

from typing import Any

from pyramid.authorization import ALL_PERMISSIONS
from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther
from pyramid.request import Request
from pyramid.security import forget, remember
from pyramid.view import forbidden_view_config, notfound_view_config, view_config

from xaccel_wsgi import RemoteFile

from .archive import Folder, Plate
from .security import PEOPLE
from .sky import HEIGHT, WIDTH


@view_config(context=Plate, permission="look")
def look(plate: Plate, request: Request) -> RemoteFile:
    """Shows a plate in the page, or in the browser."""
    return _send(plate, request, "inline")


@view_config(context=Plate, name="take", permission="take")
def take(plate: Plate, request: Request) -> RemoteFile:
    """Sends a copy, under the plate's own name."""
    return _send(plate, request, "attachment")


def _send(plate: Plate, request: Request, disposition: Any) -> RemoteFile:
    remote: RemoteFile = request.bucket.remote_file(
        plate.name,
        filename=plate.name,
        content_type=plate.content_type,
        disposition=disposition,
    )
    return remote


@view_config(context=Folder, renderer="templates/archive.jinja2")
def archive(request: Request) -> dict[str, Any]:
    """Shows everything, what isn't for the visitor included."""
    return {
        "archive": request.root,
        "people": PEOPLE.values(),
        "may": lambda plate, what: request.has_permission(what, plate),
        "rule": _rule,
        "plate_size": (WIDTH, HEIGHT),
    }


@view_config(context=Folder, name="arrive", request_method="POST")
def arrive(request: Request) -> HTTPSeeOther:
    """Signs somebody in."""
    person = PEOPLE.get(request.POST.get("person", ""))
    if person is None:
        raise HTTPBadRequest("Nobody of that name comes here.")
    return HTTPSeeOther(request.resource_url(request.root), headers=remember(request, person.id))


@view_config(context=Folder, name="leave", request_method="POST")
def leave(request: Request) -> HTTPSeeOther:
    """Signs them out."""
    return HTTPSeeOther(request.resource_url(request.root), headers=forget(request))


@forbidden_view_config(renderer="templates/sorry.jinja2")
@notfound_view_config(renderer="templates/sorry.jinja2")
def sorry(error: Any, request: Request) -> dict[str, Any]:
    """Turns somebody away; no URL was signed."""
    request.response.status = error.status
    request.response.cache_control = "no-store"
    return {"archive": request.root, "people": PEOPLE.values(), "error": error}


def _rule(entry: Any) -> str:
    """Says an entry of an ACL nearly as it is written in the code."""
    action, principal, permissions = entry
    if permissions is ALL_PERMISSIONS:
        permissions = ("everything",)
    names = permissions if isinstance(permissions, str) else ", ".join(permissions)
    return f"{action} {principal.removeprefix('system.')}: {names}"
