"""For an application's own tests: which file a response sends, without a network and without NGINX.

    def test_the_report_is_for_ada_alone(client, sent_files):
        mine = client.get("/reports/7", headers=ADA)
        assert_sends(mine, "https://files.example/7.pdf", filename="Q3.pdf")
        assert_sends_nothing(client.get("/reports/7", headers=GRACE))

Works with whatever runs the application in this process: WebTest, Flask's client, Django's. The
middleware does all that it does otherwise, up to the point where bytes would move: a URL outside
the origins, or a forgotten middleware, fails the test as it would fail the request.
"""

from .assertions import assert_sends, assert_sends_nothing
from .recording import sent_files
from .sent_file import SentFile

__all__ = ["SentFile", "assert_sends", "assert_sends_nothing", "sent_files"]
