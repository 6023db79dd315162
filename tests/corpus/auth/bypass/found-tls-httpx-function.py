# The token endpoint is called over several lines, unverified.
import httpx

from app.settings import settings


def exchange(code):
    return httpx.post(  # finding: auth.bypass.tls-not-verified
        f"{settings.issuer}/oauth/token",
        data={"code": code, "grant_type": "authorization_code"},
        verify=False,
    ).json()
