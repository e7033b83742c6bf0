"""The key by which a provider knows this tool, in the place of a secret that both of them have.

``private_key_jwt`` of OpenID Connect Core 1.0, section 9, and RFC 7523, section 2.2.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from evaltool.identity.oidc_tokens import REGISTRY, STRICT, Key
from evaltool.identity.tokens import new_token

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

LASTS = 60
"""Seconds that an assertion counts."""

_LARGEST = 16 * 1024
"""Bytes of a file. A key of RSA of 4096 bits takes 3,300."""

_ALGORITHMS: Mapping[str, tuple[str, ...]] = {
    "EC": ("ES256",),
    "OKP": ("Ed25519", "EdDSA"),
    "RSA": ("PS256", "RS256"),
}
"""By the type of a key, the one that we prefer first; the last one is known the widest."""


class UnfitKey(Exception):
    """There is no key in a file that can be used, or none that a provider takes.

    Its text is for the log, and holds nothing of the key.
    """


def read_client_key(path: Path) -> Key:
    """The key in a file of PEM, without a passphrase: P-256, Ed25519, or RSA of 3072 bits and up.

    Raises:
        UnfitKey: there is none, or the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            found = load_pem_private_key(file.read(_LARGEST), password=None)
    except OSError as error:
        raise UnfitKey(f"the client key cannot be read: {type(error).__name__}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UnfitKey("the client key is no PEM without a passphrase") from None
    kind: type[Key]
    if isinstance(found, ec.EllipticCurvePrivateKey) and isinstance(found.curve, ec.SECP256R1):
        kind = ECKey
    elif isinstance(found, ed25519.Ed25519PrivateKey):
        kind = OKPKey
    elif isinstance(found, rsa.RSAPrivateKey) and found.key_size >= STRICT.least_bits:
        kind = RSAKey
    else:
        raise UnfitKey("the client key is of a type or a size that is not used")
    # Written anew: of what OpenSSL puts around a key not everything is understood.
    return kind.import_key(found.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def public_keys(key: Key) -> dict[str, Any]:
    """The public half as a JWK Set, as a provider registers it."""
    public = key.as_dict(private=False)
    return {"keys": [{**public, "use": "sig", "kid": key.thumbprint()}]}


def assertion(
    key: Key,
    *,
    client_id: str,
    issuer: str,
    offered: Collection[object] | None,
    strict: bool,
    now: datetime,
) -> str:
    """A token by which a client proves itself to a provider, once and for a minute.

    It is for the issuer and not for the address of the token endpoint: who could make the tool
    believe in another endpoint would get nothing that the provider takes. ``offered`` are the
    algorithms that the provider says to take; None where it does not say, and then it is signed
    in the way that is known the widest. The name of the key is its thumbprint (RFC 7638).

    Raises:
        UnfitKey: the provider takes no algorithm of this key.
    """
    ours = [name for name in _ALGORITHMS[key.key_type] if name in STRICT.algorithms or not strict]
    algorithm = (
        ours[-1] if offered is None else next((name for name in ours if name in offered), None)
    )
    if algorithm is None:
        raise UnfitKey("the provider takes no signature of the client key")
    issued = int(now.timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "jti": new_token(),
        "iat": issued,
        "exp": issued + LASTS,
    }
    header = {"alg": algorithm, "kid": key.thumbprint()}
    return jwt.encode(header, claims, key, registry=REGISTRY)
