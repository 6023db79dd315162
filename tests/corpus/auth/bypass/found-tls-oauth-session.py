# The OAuth code is exchanged without verification.
from requests_oauthlib import OAuth2Session

from app.settings import settings


def finish(callback_url):
    oauth = OAuth2Session(settings.client_id)
    return oauth.fetch_token(  # finding: auth.bypass.tls-not-verified
        settings.token_url,
        authorization_response=callback_url,
        client_secret=settings.client_secret,
        verify=False,
    )
