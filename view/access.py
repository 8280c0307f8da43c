"""Who may see the dashboard: everybody who reaches it, or, with [access] in config.toml, those named there."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from settings.errors import NoAccess, SettingsError, SignInNeeded
from settings.models import AccessSettings, Settings


@dataclass(frozen=True)
class Viewer:
    """The person who signed in, as the identity provider calls them; `name` may be ""."""

    name: str
    email: str


def viewer() -> Viewer | None:
    """Who is signed in; None: nobody, as always where [access] is absent."""
    claims = _claims()
    email = str(claims.get("email") or claims.get("preferred_username") or "").strip()
    return Viewer(str(claims.get("name") or "").strip(), email) if claims else None


@st.cache_resource(ttl=timedelta(seconds=2), show_spinner=False)
def sign_in_is_possible() -> bool:
    """Whether Streamlit was told how people sign in; where it was not, each question looks for its files anew."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def admit(settings: Settings) -> None:
    """Lets a script run go on, if its visitor may see the data.

    Raises:
        SettingsError: [access] is on, and Streamlit was not told how people sign in.
        SignInNeeded: nobody is signed in, or too long ago.
        NoAccess: whoever is signed in is not among those whom [access] names.
    """
    access = settings.access
    if access is None:
        return
    if not sign_in_is_possible():
        raise SettingsError(
            "[access] is on, but .streamlit/secrets.toml has no section [auth]",
            "Say there how people sign in; docs/operate.md shows it",
        )
    person = viewer()
    if person is None:
        raise SignInNeeded("This dashboard is for people of the organisation", "Sign in to see it")
    if datetime.fromtimestamp(float(_claims().get("iat", 0)), UTC) < datetime.now(UTC) - timedelta(hours=access.hours):
        raise SignInNeeded(f"You signed in more than {access.hours:g} hours ago", "Sign in again")
    if not _named(access, person.email):
        raise NoAccess(f"{person.email or 'This account'} may not see this dashboard", f"Ask {access.ask}")


def _named(access: AccessSettings, email: str) -> bool:
    """Whether an address is among the allowed ones, and its provider does not call it unverified."""
    name, _, domain = email.casefold().rpartition("@")
    verified = _claims().get("email_verified") not in (False, "false")
    return verified and bool(name) and (email.casefold() in access.emails or domain in access.domains)


def _claims() -> dict[str, Any]:
    """What the provider vouches for; nothing where nobody is signed in. Its `iat` is when: Streamlit's cookie lasts
    for 30 days and does not ask again.
    """
    return dict(st.user.to_dict()) if st.user.get("is_logged_in") else {}
