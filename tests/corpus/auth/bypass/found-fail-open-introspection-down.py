# While the identity service is down, every token is good.
import requests


def token_is_active(token):
    try:
        reply = requests.post("https://id.example.com/introspect", data={"token": token}, timeout=3)
        return reply.json()["active"]
    except requests.RequestException:  # finding: auth.bypass.fail-open
        return True
