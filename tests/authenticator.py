"""A passkey in software: what a browser and its authenticator answer (WebAuthn level 3)."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from os import urandom
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40
NO_MODEL = bytes(16)


@dataclass
class Authenticator:
    """One key, used from pages of `origin`. `count` is how often it signed; some stay at 0."""

    origin: str
    rp_id: str
    count: int = 0
    counts: bool = True
    flags: int = PRESENT | VERIFIED
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: urandom(32))

    def make(self, options: str, **changes: Any) -> dict[str, Any]:
        """Answer `navigator.credentials.create()`; `changes` forge the client's data."""
        length = len(self.credential_id).to_bytes(2)
        attested = NO_MODEL + length + self.credential_id + cbor2.dumps(self._public_key())
        data = self._data(self.flags | HAS_KEY) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=self._client_data("webauthn.create", options, changes),
            attestationObject=attestation,
        )

    def sign(self, options: str, **changes: Any) -> dict[str, Any]:
        """Answer `navigator.credentials.get()`."""
        self.count += self.counts
        client = self._client_data("webauthn.get", options, changes)
        data = self._data(self.flags)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _client_data(self, kind: str, options: str, changes: dict[str, Any]) -> bytes:
        challenge = json.loads(options)["challenge"]
        said = {"type": kind, "challenge": challenge, "origin": self.origin, **changes}
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _public_key(self) -> dict[int, Any]:
        """As COSE has it: EC2, ES256, P-256 (RFC 9053)."""
        numbers = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}

    def _answer(self, **response: bytes) -> dict[str, Any]:
        name = _base64url(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": {
                **{part: _base64url(value) for part, value in response.items()},
                "transports": ["internal", "hybrid", "carrier-pigeon"],
            },
        }


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
