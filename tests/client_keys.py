"""Keys by which a provider knows an application, for tests."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)


def a_private_key(kind: str = "P-256") -> PrivateKeyTypes:
    """A new key: P-256, P-384, Ed25519, or RSA- and how many bits."""
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind.startswith("RSA-"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("RSA-")))
    return ec.generate_private_key({"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}[kind])


def a_client_key(
    folder: Path,
    kind: str = "P-256",
    *,
    form: PrivateFormat = PrivateFormat.PKCS8,
    passphrase: str = "",
) -> Path:
    """A file with a new key, for its owner alone."""
    lock: KeySerializationEncryption = NoEncryption()
    if passphrase:
        lock = BestAvailableEncryption(passphrase.encode())
    path = folder / "client_key.pem"
    path.write_bytes(a_private_key(kind).private_bytes(Encoding.PEM, form, lock))
    path.chmod(0o600)
    return path
