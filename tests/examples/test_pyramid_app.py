"""The Night Archive: its access lists decide."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import webtest
from pyramid.paster import get_app

from examples.pyramid_app.archive import ARCHIVE, Plate
from xaccel_wsgi.testing import SentFile, assert_sends, assert_sends_nothing

INI = Path(__file__).parents[2] / "examples" / "pyramid_app" / "observatory.ini"


@pytest.fixture(scope="module")
def app() -> Any:
    """The application, as pserve loads it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "an-access-key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-key")
        return get_app(str(INI))


def _come_in(client: webtest.TestApp, person: str) -> None:
    form = client.get("/").forms[0]
    if person:
        form.submit("person", value=person, status=303)


MAY = {
    "/plates/atlas/orion/": {
        "look": ["", "jonas", "mira", "otto"],
        "take": ["jonas", "mira", "otto"],
    },
    "/plates/nights/comet/": {"look": ["mira", "otto"], "take": ["mira", "otto"]},
    "/plates/nights/chair/": {"look": ["jonas", "mira", "otto"], "take": ["mira", "otto"]},
    "/plates/desk/log/": {"look": ["mira"], "take": ["mira"]},
}


@pytest.mark.parametrize("person", ["", "jonas", "otto", "mira"])
@pytest.mark.parametrize("path", MAY)
def test_who_may(path: str, person: str, app: Any, sent_files: list[SentFile]) -> None:
    """The access lists along the path, for looking and for taking; nothing is signed for others."""
    client = webtest.TestApp(app)
    _come_in(client, person)
    for what, view, disposition in (("look", "", "inline"), ("take", "take", "attachment")):
        response = client.get(path + view, expect_errors=True)
        if person in MAY[path][what]:
            plate = _plate(path)
            url = "http://127.0.0.1:5080/observatory/"
            sent = assert_sends(response, filename=plate.name, disposition=disposition)
            assert unquote(sent.url).startswith(url + plate.name)
        else:
            assert response.status_code == 403
            assert_sends_nothing(response)
    assert len(sent_files) == sum(person in people for people in MAY[path].values())


def _plate(path: str) -> Plate:
    found = ARCHIVE
    for name in path.strip("/").split("/"):
        found = found[name]
    return found  # type: ignore[return-value]


def test_what_is_not_there(app: Any) -> None:
    """Traversal's 404, with the way back."""
    client = webtest.TestApp(app)
    assert "Dark sky" in client.get("/plates/atlas/nothing", status=404)


def test_nobody_comes_in_through_another_site(app: Any, sent_files: list[SentFile]) -> None:
    """The form has a token."""
    client = webtest.TestApp(app)
    client.post("/arrive", {"person": "mira"}, status=400)
    client.get("/plates/desk/log/", status=403)
