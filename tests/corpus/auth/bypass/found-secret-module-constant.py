# The key is a constant of the module.
from jose import jwt

SIGNING_KEY = "b7f3c1d0a9"
ALGORITHM = "HS256"


def token_for(user):
    return jwt.encode({"sub": str(user.id)}, SIGNING_KEY, algorithm=ALGORITHM)  # finding: auth.bypass.hardcoded-secret
