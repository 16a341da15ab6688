"""Who comes, and what the ACLs allow them."""

from dataclasses import dataclass
from typing import Any

from pyramid.authentication import AuthTktCookieHelper
from pyramid.authorization import ACLHelper, Authenticated, Everyone

OBSERVERS = "group:observers"


@dataclass(frozen=True)
class Person:
    """Somebody who can sign the visitors' book."""

    id: str
    name: str
    what: str
    groups: tuple[str, ...] = ()


PEOPLE = {
    person.id: person
    for person in (
        Person("mira", "Mira", "observer", (OBSERVERS,)),
        Person("otto", "Otto", "observer", (OBSERVERS,)),
        Person("jonas", "Jonas", "student"),
    )
}


class Visitors:
    """The security policy: a signed cookie says who, the ACLs along the tree say what."""

    def __init__(self, secret: str) -> None:
        """Takes what the cookie is signed with."""
        self._ticket = AuthTktCookieHelper(
            secret, cookie_name="visitor", hashalg="sha512", samesite="Lax", http_only=True
        )
        self._acl = ACLHelper()

    def identity(self, request: Any) -> Person | None:
        """Returns who it is."""
        ticket = self._ticket.identify(request)
        return PEOPLE.get(ticket["userid"]) if ticket else None

    def authenticated_userid(self, request: Any) -> str | None:
        """Returns the id of who it is."""
        person = self.identity(request)
        return person.id if person else None

    def permits(self, request: Any, context: Any, permission: str) -> Any:
        """Asks the ACLs from `context` up to the root."""
        principals = [Everyone]
        person = self.identity(request)
        if person is not None:
            principals += [Authenticated, person.id, *person.groups]
        return self._acl.permits(context, principals, permission)

    def remember(self, request: Any, userid: str, **kw: Any) -> Any:
        """Returns the headers that sign somebody in."""
        return self._ticket.remember(request, userid, **kw)

    def forget(self, request: Any, **kw: Any) -> Any:
        """Returns the headers that sign them out."""
        return self._ticket.forget(request, **kw)
