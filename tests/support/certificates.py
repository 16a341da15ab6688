"""A certificate authority of the tests' own, and a server certificate that it signed."""

import ssl
from datetime import datetime
from pathlib import Path

import trustme

HOST_NAME = "store.test.example"


class Certificates:
    """A fresh authority, and one certificate for localhost, 127.0.0.1 and `HOST_NAME`.

    Attributes:
        ca_file: PEM file of the authority.
        certificate_file: PEM file of the server's certificate.
        key_file: PEM file of its key.
    """

    def __init__(self, folder: Path, *names: str) -> None:
        """Writes the three files into `folder`; `names` replace the default ones."""
        self._authority = authority = trustme.CA()
        issued = authority.issue_cert(*(names or ("localhost", "127.0.0.1", HOST_NAME)))
        self.ca_file = folder / "ca.pem"
        self.certificate_file = folder / "server.pem"
        self.key_file = folder / "server.key"
        authority.cert_pem.write_to_path(self.ca_file)
        issued.private_key_pem.write_to_path(self.key_file)
        for index, blob in enumerate(issued.cert_chain_pems):
            blob.write_to_path(self.certificate_file, append=index > 0)

    def server_context(self) -> ssl.SSLContext:
        """Returns a context for a server, `StubRemote(tls=...)` say."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate_file, self.key_file)
        return context

    def other_context(
        self,
        name: str,
        *,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> ssl.SSLContext:
        """Returns a context for a server with another certificate of the same authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(name, not_before=not_before, not_after=not_after).configure_cert(
            context
        )
        return context

    def client_context(self) -> ssl.SSLContext:
        """Returns a context for a client that trusts this authority alone."""
        return ssl.create_default_context(cafile=self.ca_file)
