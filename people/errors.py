"""What can be wrong with who somebody says they are."""


class TokenRefused(Exception):
    """A learner token was not accepted; `code` says why, in a word that a developer can look up."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SignInRefused(Exception):
    """E-mail and password do not belong together, or there are too many tries. Which one is not told."""


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
