"""Made-up accounts at the stores that no test can reach: their keys are of this run."""

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

# The only account of Azure's emulator, and the key that Microsoft publishes for it.
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)


class Accounts:
    """One account at each store.

    Attributes:
        environ: What the recipes of the documents read from the environment.
        rsa_key: Signs for Google's service account, and for CloudFront.
    """

    def __init__(self, folder: Path) -> None:
        """Writes the files that the libraries want to read."""
        self.rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = self.rsa_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        key_file = folder / "key.pem"
        key_file.write_bytes(pem)
        google_file = folder / "google.json"
        google = {
            "type": "service_account",
            "project_id": "project",
            "client_email": "app@project.iam.gserviceaccount.com",
            "private_key": pem.decode(),
            "token_uri": "https://oauth2.googleapis.com/token",
        }
        google_file.write_text(json.dumps(google))
        self.environ = {
            "AWS_ACCESS_KEY_ID": "the-access-key",
            "AWS_SECRET_ACCESS_KEY": "the-secret-key",
            "GOOGLE_APPLICATION_CREDENTIALS": str(google_file),
            "AZURE_STORAGE_ACCOUNT": ACCOUNT,
            "AZURE_STORAGE_KEY": ACCOUNT_KEY,
            "CLOUDFRONT_KEY_ID": "K2JCJMDEHXQW5F",
            "CLOUDFRONT_KEY_FILE": str(key_file),
            "STORE_TOKEN": "a-bearer-token",
        }
