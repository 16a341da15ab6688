"""The people, their files, and who may read which."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Literal, cast

from .contents.melody import melody
from .contents.picture import sunrise
from .contents.readings import Readings
from .contents.report import report

Kind = Literal["PDF document", "Picture", "Sound", "Text", "Data"]

_TYPES: dict[Kind, str] = {
    "PDF document": "application/pdf",
    "Picture": "image/png",
    "Sound": "audio/wav",
    "Text": "text/plain; charset=utf-8",
    "Data": "application/octet-stream",
}
_LARGE_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    id: str
    name: str
    occupation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One file of the catalog.

    Attributes:
        id: Names it in the application's own addresses.
        name: What a download is called; the key of its object in the store, too.
        kind: What it is, for people.
        note: One sentence for the page.
        owner: Whose it is.
        shared: Whether the others may read it.
        open: Returns its content, from the beginning.
    """

    id: str
    name: str
    kind: Kind
    note: str
    owner: Person
    shared: bool
    open: Callable[[], BinaryIO]

    def readable_by(self, person: Person) -> bool:
        """Tells whether this person may have it: the permission check of every download."""
        return self.shared or person == self.owner

    @property
    def content_type(self) -> str:
        """What it is, for browsers."""
        return _TYPES[self.kind]

    @property
    def rate(self) -> int | None:
        """Bytes per second that showing it needs; None is as fast as can be.

        A sound need not come faster than three times as it is heard, so seeking asks for a range.
        """
        return 150_000 if self.kind == "Sound" else None

    @property
    def size(self) -> int:
        """Its size in bytes."""
        with self.open() as content:
            return content.seek(0, io.SEEK_END)


ADA = Person("ada", "Ada", "Analyst")
GRACE = Person("grace", "Grace", "Admiral")
PEOPLE = {person.id: person for person in (ADA, GRACE)}


def _made(make: Callable[[], bytes]) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(make())


def _text(*lines: str) -> Callable[[], BinaryIO]:
    return partial(io.BytesIO, "".join(f"{line}\n" for line in lines).encode())


_FILES = (
    StoredFile(
        id="quarter",
        name="Q3 résumé.pdf",
        kind="PDF document",
        note="One page with a chart, and accents in its name.",
        owner=ADA,
        shared=False,
        open=_made(
            partial(
                report,
                "Q3 résumé",
                ("Visitors of the reading room, July to September.", "Prepared by Ada."),
                (("July", 0.42), ("August", 0.58), ("September", 0.97)),
            )
        ),
    ),
    StoredFile(
        id="notes",
        name='100% "final" #1 + notes.txt',
        kind="Text",
        note="Every character of the name means something to a URL or a header.",
        owner=ADA,
        shared=False,
        open=_text(
            "A percent sign, two quotes, a hash, a plus and four spaces:",
            "all of them are in this file's name, and all of them should have arrived.",
        ),
    ),
    StoredFile(
        id="sunrise",
        name="sunrise over the bay.png",
        kind="Picture",
        note="Shown on this page from the store.",
        owner=ADA,
        shared=True,
        open=_made(sunrise),
    ),
    StoredFile(
        id="escaped",
        name="a%20b.txt",
        kind="Text",
        note="A name that looks escaped and isn’t: it really has a percent sign.",
        owner=ADA,
        shared=True,
        open=_text("This file's name is nine characters long, and none of them is a space."),
    ),
    StoredFile(
        id="melody",
        name="Ode to Joy (plucked).wav",
        kind="Sound",
        note="Half a minute; seeking asks for a range of it.",
        owner=GRACE,
        shared=True,
        open=_made(melody),
    ),
    StoredFile(
        id="readings",
        name="sensor readings, all of 2024.bin",
        kind="Data",
        note="A large one, to pause, resume and watch the progress of.",
        owner=GRACE,
        shared=True,
        open=lambda: cast("BinaryIO", io.BufferedReader(Readings(_LARGE_BYTES))),
    ),
    StoredFile(
        id="report",
        name="日本語 報告.txt",
        kind="Text",
        note="A Japanese name; the text is Japanese, too.",
        owner=GRACE,
        shared=True,
        open=_text("これは日本語の報告です。", "ファイル名も正しく届きましたか。"),
    ),
    StoredFile(
        id="contract",
        name="What's next? A contract; draft & signed.pdf",
        kind="PDF document",
        note="A question mark, an apostrophe, a semicolon and an ampersand.",
        owner=GRACE,
        shared=False,
        open=_made(
            partial(report, "What's next?", ("A contract between two parties.", "Grace's copy."))
        ),
    ),
    StoredFile(
        id="launch",
        name="🚀 launch – naïve plan.txt",
        kind="Text",
        note="An emoji, an en dash and a diaeresis.",
        owner=GRACE,
        shared=False,
        open=_text("Ten, nine, eight, ignition sequence start."),
    ),
)
FILES = {file.id: file for file in _FILES}
