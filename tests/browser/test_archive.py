"""The Night Archive in a browser: its pipeline sends, its page can be read."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect
from pyramid.paster import get_app

from examples.pyramid_app.archive import plates
from tests.browser.faults import faults
from tests.support.remote import Answer, Request, StubRemote, answer
from tests.support.site import TOKEN, Carrier, Site
from tests.support.store import store

INI = Path(__file__).parents[2] / "examples" / "pyramid_app" / "observatory.ini"
# As tools/demo does: the same sections, another store.
ELSEWHERE = """
[pipeline:main]
pipeline = panel xaccel archive

[filter:panel]
use = config:{ini}#panel

[filter:xaccel]
use = config:{ini}#xaccel
origins = {store}/observatory/

[app:archive]
use = config:{ini}#archive
store.endpoint_url = {store}
"""


PLATES = {plate.name: plate for plate in plates()}
FIELDS = (("Content-Type", "binary/octet-stream"), ("ETag", '"one-version"'))


@pytest.fixture(scope="module")
def site(nginx_binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The pipeline with its plates in a store that believes every signature."""

    def serve(request: Request) -> Answer:
        plate = PLATES.get(unquote(request.path.removeprefix("/observatory/")))
        if plate is None:
            return answer(404)
        return store(plate.make(), FIELDS)(request)

    folder = tmp_path_factory.mktemp("archive")
    with StubRemote(serve) as remote, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "an-access-key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-key")
        patch.setenv("XACCEL_TOKEN", TOKEN)
        (folder / "archive.ini").write_text(
            ELSEWHERE.format(ini=INI, store=f"http://{remote.address}")
        )
        app = get_app(str(folder / "archive.ini"))
        with Site(app, tmp_path_factory.mktemp("nginx"), nginx_binary) as site:
            yield site


def test_a_copy_is_taken_home(site: Site, carrier: Carrier, page: Page) -> None:
    """In a browser: under the plate's own name, byte for byte."""
    page.goto(f"http://{site.address(carrier)}/")
    page.click("text=Otto")
    with page.expect_download() as download:
        page.click("[href='/plates/nights/comet/take']")
    plate = PLATES['Plate 7: "comet?" or 100% scratch.png']
    # What Chromium makes of the quotes and the question mark.
    assert download.value.suggested_filename == "Plate 7_ _comet__ or 100% scratch.png"
    assert download.value.path().read_bytes() == plate.make()


def test_pictures_are_shown(site: Site, carrier: Carrier, page: Page) -> None:
    """To whoever may look: to a stranger the atlas."""
    page.goto(f"http://{site.address(carrier)}/")
    expect(page.locator(".glass img")).to_have_count(3)
    for image in page.locator(".glass img").all():
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 900


@pytest.mark.parametrize("carrier", ["stream"])
@pytest.mark.parametrize("width", [375, 1280])
def test_every_page_is_readable(site: Site, carrier: Carrier, page: Page, width: int) -> None:
    """No violation of the accessibility rules (axe), and nothing to scroll sideways for."""
    page.set_viewport_size({"width": width, "height": 800})
    seen = []
    for path in ("", "plates/desk/log/", "plates/nothing"):
        page.goto(f"http://{site.address(carrier)}/{path}")
        seen.append(faults(page))
    page.click("text=Mira")
    seen.append(faults(page))
    assert seen == [[], [], [], []]
