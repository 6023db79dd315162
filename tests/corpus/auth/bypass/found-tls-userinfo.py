# Who somebody is, is asked without looking at the certificate.
import requests


def user_info(token):
    headers = {"Authorization": f"Bearer {token}"}
    reply = requests.get("https://id.example.com/oauth2/userinfo", headers=headers, verify=False, timeout=5)  # finding: auth.bypass.tls-not-verified
    reply.raise_for_status()
    return reply.json()
