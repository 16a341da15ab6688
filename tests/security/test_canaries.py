"""Secrets planted wherever one could be, looked for wherever none may be."""

import pytest

from tests.support.site import Carrier

from .canaries import METHODS, NAMES, PLACES, SECRETS, Evidence, collect


@pytest.fixture(scope="module")
def collected(nginx_binary: str, tmp_path_factory) -> dict[Carrier, Evidence]:
    """What both carriers were seen to do."""
    return collect(tmp_path_factory.mktemp("canaries"), nginx_binary)


@pytest.fixture
def evidence(collected: dict[Carrier, Evidence], carrier: Carrier) -> Evidence:
    """What one carrier was seen to do."""
    return collected[carrier]


@pytest.mark.parametrize("secret", SECRETS)
def test_each_secret_was_planted(secret: str, evidence: Evidence, carrier: Carrier) -> None:
    """What was never there can't be missed."""
    written, _ = SECRETS[secret]
    if secret == "the token" or (secret == "the headers of a handoff" and carrier == "stream"):
        pytest.skip("within NGINX and the middleware, or not made")
    assert written.encode() in evidence.planted


@pytest.mark.parametrize("place", PLACES)
def test_each_place_was_looked_at(place: str, evidence: Evidence, carrier: Carrier) -> None:
    """What wasn't seen can't be searched."""
    if place == "NGINX's logs" and carrier == "stream":
        pytest.skip("no NGINX")
    assert len(evidence.seen[place]) > 100


LEAKS = [
    pytest.param(
        secret,
        id=secret,
        marks=pytest.mark.attack(
            f"a leak of {secret} to client, remotes or logs", "nowhere but where it belongs"
        ),
    )
    for secret in SECRETS
]


@pytest.mark.parametrize("secret", LEAKS)
def test_no_secret_leaks(secret: str, evidence: Evidence, tries) -> None:
    """Each is where it belongs, and nowhere else, whatever happens on the way."""
    written, belongs = SECRETS[secret]
    tries(len(NAMES) * len(METHODS))
    assert [p for p in PLACES if written.encode() in evidence.seen[p]] == list(belongs)
