"""The reading room: who may have which file, and under which name."""

from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from examples.flask_app.app import create_app
from xaccel_wsgi.testing import SentFile, assert_sends, assert_sends_nothing

FILES = {
    "quarter": ("Q3 résumé.pdf", {"ada"}),
    "notes": ('100% "final" #1 + notes.txt', {"ada"}),
    "sunrise": ("sunrise over the bay.png", {"ada", "grace"}),
    "escaped": ("a%20b.txt", {"ada", "grace"}),
    "melody": ("Ode to Joy (plucked).wav", {"ada", "grace"}),
    "readings": ("sensor readings, all of 2024.bin", {"ada", "grace"}),
    "report": ("日本語 報告.txt", {"ada", "grace"}),
    "contract": ("What's next? A contract; draft & signed.pdf", {"grace"}),
    "launch": ("🚀 launch – naïve plan.txt", {"grace"}),
}
DISPOSITIONS = {"view": "inline", "download": "attachment"}


@pytest.fixture(scope="module")
def app() -> Flask:
    """The application, with credentials to sign with; no store is asked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "an-access-key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-key")
        return create_app()


def _signed_in(app: Flask, person: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/sign-in", data={"person": person}).status_code == 303
    return client


@pytest.mark.parametrize("person", ["ada", "grace"])
@pytest.mark.parametrize("file_id", FILES)
def test_who_may(file_id: str, person: str, app: Flask, sent_files: list[SentFile]) -> None:
    """Its owner, and the other one if it is shared; nothing is signed for anybody else."""
    name, readers = FILES[file_id]
    client = _signed_in(app, person)
    for how, disposition in DISPOSITIONS.items():
        response = client.get(f"/files/{file_id}/{how}")
        if person in readers:
            sent = assert_sends(response, filename=name, disposition=disposition)
            key = sent.url.removeprefix("http://127.0.0.1:5080/reading-room/").partition("?")[0]
            assert unquote(key) == name
        else:
            assert response.status_code == 403
            assert_sends_nothing(response)
    assert len(sent_files) == (2 if person in readers else 0)


@pytest.mark.parametrize("how", DISPOSITIONS)
@pytest.mark.parametrize("file_id", ["sunrise", "nothing"])
def test_a_stranger_is_sent_home(file_id: str, how: str, app: Flask) -> None:
    """Whether there is such a file or not."""
    response = app.test_client().get(f"/files/{file_id}/{how}")
    assert (response.status_code, response.location) == (302, "/")
    assert_sends_nothing(response)


@pytest.mark.parametrize("how", DISPOSITIONS)
def test_what_is_not_there(how: str, app: Flask) -> None:
    """404, and a page that says so."""
    response = _signed_in(app, "ada").get(f"/files/nothing/{how}")
    assert response.status_code == 404
    assert "nothing here by that name" in response.text
