"""What Airtable's error answers and a broken line mean: in words, and whether trying again may help.

Error bodies: https://airtable.com/developers/web/api/errors.
"""

import os
from urllib.parse import urlsplit

import requests
from requests.exceptions import ConnectTimeout, InvalidHeader, InvalidSchema, InvalidURL, ProxyError
from urllib3.exceptions import HTTPError, NewConnectionError

from settings.errors import BadAnswer, MilestonesError, SettingsError, TokenError

# How much of what Airtable says of an error stands in a line.
MOST = 200
DEFAULT_ENDPOINT = "https://api.airtable.com"
NEW_WEBHOOK = "a new webhook"


class NotThere(BadAnswer):
    """A field was asked for that the base no longer has."""


def refusal(base: str, status: int, kind: str, message: str, what: str) -> MilestonesError:
    """The error for an answer after which trying again is of no use."""
    if status == 401:
        return TokenError(
            "Airtable does not know the token (401)",
            "Check AIRTABLE_TOKEN, or make a new token at https://airtable.com/create/tokens",
        )
    if status in (403, 404):
        extra = ", for the change feed also webhook:manage" if "feed" in what or "webhook" in what else ""
        extra += "; making one also takes creator rights on the base" if what == NEW_WEBHOOK else ""
        return TokenError(
            f"Airtable does not show {what} of base {base} to this token ({f'{status} {kind}'.strip()})",
            "Check the base's id, that the token's access includes this base, and that it has "
            f"the scopes data.records:read and schema.bases:read{extra}",
        )
    if status == 407:
        return _no_login(what)
    told = ": ".join(filter(None, (kind, message)))
    if kind.startswith("TOO_MANY_WEBHOOKS"):
        return BadAnswer(
            f"Base {base} has as many webhooks as Airtable allows ({status} {told})",
            "See them with: python -m sync webhook status; delete one with: python -m sync webhook delete --id",
        )
    if status == 422 and kind == "UNKNOWN_FIELD_NAME":
        return NotThere(f"A mapped field of {what} went while it was read ({told})", "Run again: that names the field")
    return BadAnswer(f"Airtable refused the request for {what} ({f'{status} {told}'.strip()})", "Run again later")


def _no_login(what: str) -> SettingsError:
    return SettingsError(
        f"The proxy on the way to Airtable wants a login for {what} (407)",
        "Name user and password in HTTPS_PROXY (HTTP_PROXY, ALL_PROXY): http://user:password@host:port",
    )


def trouble(error: Exception, what: str, url: str) -> str:
    """What a request met, in words, where trying again may help.

    Raises:
        SettingsError: it will not, for this machine's own settings are the cause.
    """
    if isinstance(error, InvalidHeader) and error.request:  # the answer's: the request's is found before it is made
        return error.__class__.__name__
    if isinstance(error, (InvalidHeader, InvalidSchema, InvalidURL)):
        # What it says else may hold a part of a password.
        said = str(error).rstrip(".") if "SOCKS" in str(error) else error.__class__.__name__
        raise SettingsError(
            f"The request for {what} cannot be made: {said}",
            "Check the environment, proxies too; in a password write / as %2F, # as %23 and @ as %40",
        ) from error
    if isinstance(error, ProxyError) and "connection failed: 407" in str(error):
        raise _no_login(what) from error
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        reason = str(error).partition("certificate verify failed: ")[2].partition(" (_ssl")[0]
        raise SettingsError(
            f"The certificate of {host(url)} is not trusted: {reason or 'it cannot be verified'}",
            "Check AIRTABLE_ENDPOINT_URL; behind a proxy of your own, name its certificates in REQUESTS_CA_BUNDLE",
        ) from error
    if isinstance(error, (ValueError, RecursionError)):
        # requests.JSONDecodeError is both a ValueError and a RequestException.
        return f"an answer that is not JSON ({error.__class__.__name__})"
    if not isinstance(error, requests.RequestException):
        if "certificate" not in str(error):
            raise error
        raise SettingsError(
            f"The certificates cannot be read: {error}", "Check REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE"
        ) from error
    # Innermost, without the names of hosts: of a proxy that is written wrongly one may hold a part of its password.
    cause = _reason(error)
    while isinstance(cause, HTTPError):
        cause = cause.__cause__
    told = cause.strerror if isinstance(cause, OSError) else ""
    return error.__class__.__name__ + (f" ({told})" if told else "")


def was_sent(error: requests.ConnectionError) -> bool:
    """Whether a request that met this may have reached Airtable: nobody answered before where it had a connection."""
    unsent = isinstance(error, (ConnectTimeout, ProxyError, requests.exceptions.SSLError))
    return not (unsent or isinstance(_reason(error), NewConnectionError))


def _reason(error: requests.RequestException) -> object:
    return getattr(error.args[0], "reason", None) if error.args else None


def host(url: str) -> str:
    """Whose address it is, without what else may stand in it, such as a password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def endpoint() -> str:
    """Where Airtable's API is.

    Raises:
        SettingsError: AIRTABLE_ENDPOINT_URL is no web address.
    """
    endpoint = os.environ.get("AIRTABLE_ENDPOINT_URL") or DEFAULT_ENDPOINT
    try:
        parts = urlsplit(endpoint)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError("AIRTABLE_ENDPOINT_URL is no web address", "Unset it or mend it")
    return endpoint


def error_body(response: requests.Response, secret: str) -> tuple[str, str]:
    """Type and message of an error answer, in whichever of Airtable's shapes it comes, without the token."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    several = body.get("errors")
    error = body.get("error") or (several[0] if isinstance(several, list) and several else "")
    kind, message = error, body.get("message")
    if isinstance(error, dict):
        kind, message = error.get("type") or error.get("error"), error.get("message")
    kind, message = (str(told or "").replace(secret, "…")[:MOST] for told in (kind, message))
    return kind, message
