# Whether the certificate is verified, the code in sight does not decide.
import requests

from app.settings import settings


def user_info(token):
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(settings.userinfo_url, headers=headers, verify=settings.verify_tls, timeout=5).json()  # ok
