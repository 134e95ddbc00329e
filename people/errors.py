"""What can be wrong with who somebody says they are."""


class TokenRefused(Exception):
    """A learner token was not accepted; `code` says why, in a word that a developer can look up."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SignInRefused(Exception):
    """E-mail and password do not belong together, or there are too many tries. Which one is not told."""


class PasswordsOff(Exception):
    """Here nobody signs in with a password: the provider outside does that."""


class ProviderRefused(Exception):
    """What came back from the provider is not believed; `why` is a word for the log, without content."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class ProviderUnavailable(ProviderRefused):
    """The provider does not answer, or not as its own description says."""


class EmailUnconfirmed(ProviderRefused):
    """The provider does not say that this account's e-mail is theirs, so nobody can be found by it."""


class NotEnrolled(ProviderRefused):
    """The provider knows who this is; no member here may sign in by it. Members are made by people, never by this."""


class StaffTokenRefused(Exception):
    """A program's token is missing, unknown, revoked or has expired. Which one is not told."""


class NotSignedIn(Exception):
    """The page needs a sign-in that is not there, or that has ended."""


class NotAllowed(Exception):
    """Signed in, but without the role that this page asks for."""


class AddressInvalid(Exception):
    """That is no e-mail address that mail can be sent to."""


class NewsInvalid(Exception):
    """News has a subject and a text, neither of them too long."""


class WebhookInvalid(Exception):
    """That address cannot be a webhook; the message says why, without the address."""
