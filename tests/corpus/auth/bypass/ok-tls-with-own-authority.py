# The certificate of the identity service is verified, by the company's own authority.
import ssl

import httpx
import requests

CONTEXT = ssl.create_default_context(cafile="/etc/ssl/company.pem")


def user_info(token):
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get("https://id.internal/userinfo", headers=headers, verify="/etc/ssl/company.pem").json()  # ok


def introspect(token):
    return httpx.post("https://id.internal/introspect", data={"token": token}, verify=CONTEXT).json()  # ok
