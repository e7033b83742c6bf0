"""What the provider of single sign-on registers of this tool."""

import json
from pathlib import Path

from evaltool.cli.output import SOUND, refuse
from evaltool.domain.language import Texts


def print_keys(key_file: Path, t: Texts) -> int:
    """Print the public half of the key in a file, as a JWK Set."""
    from evaltool.identity.client_key import UnfitKey, public_keys, read_client_key

    try:
        key = read_client_key(key_file)
    except UnfitKey:
        return refuse(t("hosting.oidc_client_key", where=key_file))
    print(json.dumps(public_keys(key), indent=2))
    return SOUND
