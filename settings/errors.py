"""What can go wrong, drawn once. Each error is one line: cause and object, then the remedy.

    MilestonesError              70
    ├── SettingsError            78   config.toml, an option or the environment
    │   └── MappingError         78   config.toml names what the base does not have
    ├── TokenError               77   no token, or one that Airtable refuses
    ├── BadAnswer                65   Airtable answered something that no mirror may be made of
    ├── QuotaExhausted           69   the month's API calls are used up
    ├── NoAccess                 77   the visitor of a page may not see it
    │   └── SignInNeeded         77   nobody is signed in there
    ├── TryAgain                 75   Airtable or the network had trouble that outlasted the retries
    └── StoreError               74   the mirror cannot be read or written
        ├── MirrorMissing        74   no mirror was ever made there
        └── MirrorOutdated       74   it was made by another version of this program

The numbers are exit codes after sysexits.h.
"""


class MilestonesError(Exception):
    """A fault that its reader can act on. `str()` gives one line: cause, object, remedy."""

    exit_code = 70

    def __init__(self, cause: str, remedy: str) -> None:
        # One line whatever is told in it: a terminal obeys control characters.
        self.cause, self.remedy = (
            "".join(sign if sign.isprintable() else "�" for sign in " ".join(told.split())).rstrip(".")
            for told in (cause, remedy)
        )
        super().__init__(f"{self.cause}. {self.remedy}")


class SettingsError(MilestonesError):
    """config.toml, an option or the environment has a fault."""

    exit_code = 78


class MappingError(SettingsError):
    """config.toml names what the base does not have."""


class TokenError(MilestonesError):
    """There is no token, or Airtable refuses it."""

    exit_code = 77


class BadAnswer(MilestonesError):
    """Airtable answered something that no mirror may be made of."""

    exit_code = 65


class QuotaExhausted(MilestonesError):
    """The month's API calls are used up."""

    exit_code = 69


class NoAccess(MilestonesError):
    """The visitor of a page may not see it."""

    exit_code = 77


class SignInNeeded(NoAccess):
    """Nobody is signed in, or too long ago."""


class TryAgain(MilestonesError):
    """Airtable or the network had trouble that outlasted the retries."""

    exit_code = 75


class StoreError(MilestonesError):
    """The store cannot be read or written."""

    exit_code = 74


class MirrorMissing(StoreError):
    """No mirror was ever made there."""


class MirrorOutdated(StoreError):
    """The mirror was made by a version of this program with another layout."""


class Stopped(BaseException):
    """Somebody ends the process. No Exception: nothing that goes on after a fault may go on after this."""


def unforeseen(error: Exception) -> MilestonesError:
    """What to tell of an error that this program did not foresee."""
    return MilestonesError(
        f"Something unforeseen happened: {error.__class__.__name__}: {error}",
        "Tell the maintainers; a sync with --verbose shows the whole of it",
    )
