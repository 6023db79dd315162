# The client that the instance keeps was made without verification.
import httpx


class Oidc:
    def __init__(self, issuer):
        self._issuer = issuer
        self._http = httpx.Client(verify=False)

    def user(self, token):
        url = f"{self._issuer}/userinfo"
        return self._http.get(url, headers={"Authorization": f"Bearer {token}"}).json()  # finding: auth.bypass.tls-not-verified
