# The list of algorithms lies in another module.
# === app/crypto_settings.py
ALGORITHMS = ["ES256", "NONE"]
# === app/tokens.py
import jwt as j

from app.crypto_settings import ALGORITHMS
from app.keys import public_key


def claims(token):
    return j.decode(token, public_key(), ALGORITHMS)  # finding: auth.bypass.none-algorithm
