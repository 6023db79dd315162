# Authlib signs with a literal.
from authlib.jose import jwt


def token_for(user):
    return jwt.encode({"alg": "HS256"}, {"sub": user.id}, "paper-boat")  # finding: auth.bypass.hardcoded-secret
