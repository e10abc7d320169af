"""Partner clients: an OAuth2 application bound to a partner account."""

from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import get_application_model

from crm.accounts.models import User


def create_client(name: str, user: User) -> tuple[str, str]:
    """Make a client that acts as `user`; the secret is shown once and kept only as a hash."""
    secret: str = generate_client_secret()
    application = get_application_model().objects.create(
        name=name,
        user=user,
        client_type="confidential",
        authorization_grant_type="client-credentials",
        client_secret=secret,
    )
    return str(application.client_id), secret


def renew_secret(client_id: str) -> str:
    """Give a client a new secret; the old one stops working for new tokens."""
    application = get_application_model().objects.get(client_id=client_id)
    secret: str = generate_client_secret()
    application.client_secret = secret
    application.save()
    return secret
