"""The archive: a tree of resources, with what may be done to each in its ACL.

Traversal finds a plate by its path, /plates/nights/comet; Pyramid then asks the ACLs from the plate
up to the root. Two things may be allowed: to `look` at a plate, and to `take` a copy home.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from pyramid.authorization import (
    ALL_PERMISSIONS,
    DENY_ALL,
    Allow,
    Authenticated,
    Everyone,
)

from .contents import catalogue, light_curve, log, pulsar
from .security import OBSERVERS
from .sky import ARCHER, CASSIOPEIA, GREAT_BEAR, ORION, Figure, plate

Acl = Sequence[Any]


class Folder:
    """What contains other resources.

    Attributes:
        title: For people.
        note: One sentence about it.
    """

    def __init__(self, title: str, note: str = "", *, acl: Acl = (), **children: Any) -> None:
        """Adopts its children."""
        self.__name__: str | None = None
        self.__parent__: Folder | None = None
        self.__acl__ = acl
        self.title = title
        self.note = note
        self._children = children
        for name, child in children.items():
            child.__name__, child.__parent__ = name, self

    def __getitem__(self, name: str) -> Any:
        """Finds a child (traversal); KeyError is Pyramid's 404."""
        return self._children[name]

    def __iter__(self) -> Iterator[Any]:
        """Goes through the children in their order."""
        return iter(self._children.values())


@dataclass(eq=False)
class Plate:
    """One file of the archive, and its place in the tree.

    Attributes:
        name: What a copy is called, and the key of the object in the store.
        caption: One sentence.
        made: When, for people.
        content_type: What it is, for browsers.
        make: Draws or writes it.
        figure: What people see in its stars.
    """

    name: str
    caption: str
    made: str
    content_type: str
    make: Callable[[], bytes]
    figure: Figure | None = None
    __acl__: Acl = ()
    __name__: str | None = None
    __parent__: Folder | None = None

    def open(self) -> BinaryIO:
        """Returns the content, from the beginning."""
        return io.BytesIO(self.make())

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.make())


def plates() -> Iterator[Plate]:
    """Goes through all of them."""
    for collection in ARCHIVE["plates"]:
        yield from collection


def _picture(name: str, caption: str, made: str, *, acl: Acl = (), **drawn: Any) -> Plate:
    return Plate(
        name, caption, made, "image/png", lambda: plate(name, **drawn), drawn.get("figure"), acl
    )


_ATLAS = Folder(
    "The atlas",
    "Figures that everyone knows.",
    acl=[(Allow, Everyone, "look"), (Allow, Authenticated, "take")],
    orion=_picture(
        "Orion, the hunter.png", "The belt is the easy part.", "14 January 1931", figure=ORION
    ),
    bear=_picture(
        "Großer Bär – Ursa Major.png", "Seven stars, and a letter from Bonn.", "2 April 1933",
        figure=GREAT_BEAR,
    ),
    archer=_picture(
        "いて座 (the archer).png", "Most people see a teapot.", "30 July 1938", figure=ARCHER
    ),
)  # fmt: skip
_NIGHTS = Folder(
    "The nights",
    "Work of the observers, for each other.",
    acl=[(Allow, OBSERVERS, ("look", "take"))],
    comet=_picture(
        'Plate 7: "comet?" or 100% scratch.png', "Not a scratch. It has moved since.",
        "12 March 1986", comet=((0.32, 0.66, 1.2), (0.78, 0.24, 0.0)),
    ),
    chair=_picture(
        "The queen's chair.png", "Jonas asked so nicely that he may look.", "9 October 1952",
        figure=CASSIOPEIA, acl=[(Allow, "jonas", "look")],
    ),
    pulsar=Plate(
        "PSR B0329+54, heard.wav", "A turn every 0.7145 seconds, to listen to.", "3 May 1971",
        "audio/wav", pulsar,
    ),
    algol=Plate(
        "β Persei; light curve & times.csv", "The demon winks every 2.867 days.", "1 December 1961",
        "text/csv; charset=utf-8", light_curve,
    ),
)  # fmt: skip
_DESK = Folder(
    "Mira’s desk",
    "Nobody else’s, until it is published.",
    acl=[(Allow, "mira", ALL_PERMISSIONS), DENY_ALL],
    log=Plate(
        "log #12 – a new one? 🔭.txt", "What she hasn’t told anyone.", "last night",
        "text/plain; charset=utf-8", log,
    ),
    catalogue=Plate(
        "all known objects.dat", "Twelve megabytes, to see a download go by.", "this year",
        "application/octet-stream", catalogue,
    ),
)  # fmt: skip
ARCHIVE = Folder(
    "The Night Archive",
    "Photographic plates of the sky, and what came of them.",
    plates=Folder("Plates", atlas=_ATLAS, nights=_NIGHTS, desk=_DESK),
)
