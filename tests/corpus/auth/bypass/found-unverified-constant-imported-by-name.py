# The options constant is imported by name and renamed.
# === app/settings.py
JWT_READ_OPTIONS = dict(verify_signature=False, verify_exp=False)
# === app/identity.py
import jwt

from app.people import load_person
from app.settings import JWT_READ_OPTIONS as OPTIONS


async def identify(token):
    claims = jwt.decode(token, options=OPTIONS)  # finding: auth.bypass.unverified-signature
    return await load_person(claims["email"])
