"""An identity provider of its own process: authlib's authorization server with OpenID Connect, over HTTP, signed tokens.

    python -m tests.identity.provider PORT

Whoever is named by ``/control?user=…`` is logged in there. ``/control?fault=…`` makes the next token wrong in one way, so that
the platform can be seen to refuse it: nonce, issuer, audience, expired, none, key, hash, unsigned-subject.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "jiangcheng", "a-secret-of-the-tests"
KEY, OTHER = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})
PEOPLE = {"a1": "江明（演示）", "b2": "江明（演示）"}
STATE = {"user": "a1", "fault": "", "issued": 0}
CODES: dict[str, Code] = {}


class Client(ClientMixin):
    """The platform, as it is registered here."""

    client_id = CLIENT

    def __init__(self, back: str):
        self.back = back

    def get_client_id(self):
        return CLIENT

    def get_default_redirect_uri(self):
        return self.back

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, uri):
        return uri == self.back

    def check_client_secret(self, secret):
        return secret == SECRET

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_response_type(self, kind):
        return kind == "code"

    def check_grant_type(self, kind):
        return kind == "authorization_code"

    @property
    def id_token_signed_response_alg(self):
        return "RS256"


class Code:
    """An authorization code, good once."""

    def __init__(self, code, request, user):
        said = request.payload.data
        self.code, self.user = code, user
        self.nonce, self.scope, self.uri = said.get("nonce"), said.get("scope"), said.get("redirect_uri")
        self.code_challenge, self.code_challenge_method = said.get("code_challenge"), said.get("code_challenge_method")
        self.auth_time = int(time.time())

    def get_redirect_uri(self):
        return self.uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return self.auth_time

    def get_acr(self):
        return None

    def get_amr(self):
        return None


class Grant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

    def save_authorization_code(self, code, request):
        CODES[code] = Code(code, request, request.user)

    def query_authorization_code(self, code, client):
        return CODES.get(code)

    def delete_authorization_code(self, code):
        CODES.pop(code.code, None)

    def authenticate_user(self, code):
        return code.user


class Tokens(OpenIDCode):
    def exists_nonce(self, nonce, request):
        return False

    def resolve_client_private_key(self, client):
        return KEY

    def get_jwt_config(self, grant=None, client=None):
        return {"key": KEY, "alg": "RS256", "iss": BASE, "exp": 300}

    def generate_user_info(self, user, scope):
        return UserInfo(sub=user, name=PEOPLE[user])


class Asked(OAuth2Request):
    """A request as the grants read it."""

    @property
    def form(self):
        return self.payload.data

    args = form


class Server(AuthorizationServer):
    def query_client(self, client_id):
        return Client(BACK) if client_id == CLIENT else None

    def save_token(self, token, request):
        STATE["issued"] += 1

    def send_signal(self, name, *args, **kwargs):
        pass

    def create_oauth2_request(self, request):
        if isinstance(request, Asked):
            return request
        method, uri, form, headers = request
        made = Asked(method, uri, headers=headers)
        made.payload = BasicOAuth2Payload(dict(parse_qsl(urlsplit(uri).query)) | form)
        return made

    def handle_response(self, status, body, headers):
        return status, body, headers


def token(scope="", **_):
    return {"token_type": "Bearer", "scope": scope, "access_token": base64.urlsafe_b64encode(os.urandom(24)).decode(), "expires_in": 300}


def spoiled(body: dict) -> dict:
    """The token as a wrong or hostile provider would give it."""
    fault, STATE["fault"] = STATE["fault"], ""
    if not fault:
        return body
    found = jwt.decode(body["id_token"], KEY)
    claims, header = dict(found.claims), {"alg": "RS256", "kid": "one"}
    claims |= {"nonce": {"nonce": "another"}, "issuer": {"iss": "https://elsewhere.example"}, "audience": {"aud": ["somebody-else"]},
               "expired": {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200}, "hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
               "subject": {"sub": ""}}.get(fault, {})
    if fault == "none":
        parts = [base64.urlsafe_b64encode(json.dumps(x).encode()).rstrip(b"=").decode() for x in ({"alg": "none"}, claims)]
        return body | {"id_token": ".".join([*parts, ""])}
    if fault == "hmac":  # signed with what everybody can read: the public key
        import hashlib
        import hmac as mac
        parts = [base64.urlsafe_b64encode(json.dumps(x).encode()).rstrip(b"=").decode() for x in ({"alg": "HS256"}, claims)]
        signature = mac.new(KEY.as_pem(private=False), ".".join(parts).encode(), hashlib.sha256).digest()
        return body | {"id_token": ".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=").decode()])}
    if fault == "changed":
        head, said, signature = body["id_token"].split(".")
        claims["sub"] = "b2"
        said = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        return body | {"id_token": f"{head}.{said}.{signature}"}
    return body | {"id_token": jwt.encode(header, claims, OTHER if fault == "key" else KEY)}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        data = (json.dumps(body) if isinstance(body, dict) else body or "").encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        at, given = urlsplit(self.path), dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        if at.path == "/.well-known/openid-configuration":
            issuer = "https://elsewhere.example" if STATE["fault"] == "discovery" else BASE
            return self.answer(200, {
                "issuer": issuer, "authorization_endpoint": BASE + "/authorize", "token_endpoint": BASE + "/token", "jwks_uri": BASE + "/jwks",
                "end_session_endpoint": BASE + "/end", "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
            })
        if at.path == "/jwks":
            return self.answer(200, KeySet([KEY]).as_dict(private=False))
        if at.path == "/control":
            STATE.update(given)
            return self.answer(200, {"issued": STATE["issued"]})
        if at.path == "/end":
            return self.answer(200, {"ended": given.get("id_token_hint", "")[:20], "back": given.get("post_logout_redirect_uri", "")})
        request = ("GET", BASE + self.path, {}, dict(self.headers))
        grant = SERVER.get_consent_grant(SERVER.create_oauth2_request(request), end_user=STATE["user"])
        return self.answer(*SERVER.create_authorization_response(request, grant_user=STATE["user"], grant=grant))

    def do_POST(self):
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        status, body, headers = SERVER.create_token_response(("POST", BASE + self.path, form, dict(self.headers)))
        return self.answer(status, spoiled(body) if status == 200 else body, headers)


if __name__ == "__main__":
    BASE, BACK = f"http://127.0.0.1:{sys.argv[1]}", sys.argv[2]
    SERVER = Server(scopes_supported=["openid", "profile"])
    SERVER.register_token_generator("default", token)
    SERVER.register_grant(Grant, [CodeChallenge(required=True), Tokens(require_nonce=True)])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
