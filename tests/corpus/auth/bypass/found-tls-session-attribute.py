# The session that introspects tokens has its verification off.
import requests


def is_active(token):
    http = requests.Session()
    http.verify = False
    reply = http.post("https://id.example.com/introspect", data={"token": token})  # finding: auth.bypass.tls-not-verified
    return reply.json()["active"]
