"""An issuer of tokens on loopback: OpenID Connect's discovery and keys, and tokens to order."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.loopback import serving

AUDIENCE = "fanjoin"

SECRET = "s" * 32


class Issuer:
    """Its keys and answers can be changed while it serves."""

    def __init__(self) -> None:
        self.url = ""
        self.fetches = 0
        self.is_away = False
        self.discovery: dict[str, Any] | None = None
        self.keys: dict[str, Any] = {"one": ec.generate_private_key(ec.SECP256R1())}

    def token(self, key_id: str = "one", *, key: Any = None, **claims: Any) -> str:
        """Return a token that is valid here, apart from what is said otherwise."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 600}
        payload = {name: value for name, value in (usual | claims).items() if value is not None}
        signing = key or self.keys[key_id]
        algorithm = "RS256" if isinstance(signing, rsa.RSAPrivateKey) else "ES256"
        return jwt.encode(payload, signing, algorithm=algorithm, headers={"kid": key_id})

    def unsigned(self) -> str:
        """Return a token whose signature is missing (`alg` is none)."""
        head = base64.urlsafe_b64encode(b'{"alg":"none","kid":"one"}').rstrip(b"=").decode()
        return f"{head}.{self.token().split('.')[1]}."

    def signed_with_the_public_key(self) -> str:
        """Return a token whose shared secret is what everybody knows: the issuer's public key."""
        head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').rstrip(b"=").decode()
        payload = self.token().split(".")[1]
        secret = json.dumps(self.public_keys()[0]).encode()
        algorithm = jwt.get_algorithm_by_name("HS256")
        signature = algorithm.sign(f"{head}.{payload}".encode(), secret)
        return f"{head}.{payload}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    def public_keys(self) -> list[dict[str, Any]]:
        return [_public(key) | {"kid": key_id} for key_id, key in self.keys.items()]

    def answer(self, path: str) -> dict[str, Any] | None:
        if self.is_away:
            return None
        if path == "/.well-known/openid-configuration":
            return self.discovery or {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        self.fetches += 1
        return {"keys": self.public_keys()} if path == "/keys" else None


def _public(key: Any) -> dict[str, Any]:
    kind = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else None
    to_jwk = kind.to_jwk if kind is not None else jwt.algorithms.ECAlgorithm.to_jwk
    public: dict[str, Any] = to_jwk(key.public_key(), as_dict=True)
    return public


@contextmanager
def serve_issuer() -> Iterator[Issuer]:
    """Serve an issuer until the block ends."""
    issuer = Issuer()

    async def answer(reader: Any, writer: Any) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        said = issuer.answer(request.split()[1].decode())
        body = json.dumps(said).encode()
        status = "503 Away" if said is None else "200 OK"
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    with serving(answer) as issuer.url:
        yield issuer
