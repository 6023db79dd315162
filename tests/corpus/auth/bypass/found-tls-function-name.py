# The address says nothing, the function that it validates tokens.
import requests

from app.settings import settings


class Remote:
    def validate_token(self, token):
        reply = requests.request("POST", settings.core_url, json={"t": token}, verify=False)  # finding: auth.bypass.tls-not-verified
        return reply.status_code == 200
