# Salts, key ids, issuers and algorithms are meant to be literal.
import os

import jwt
from itsdangerous import URLSafeTimedSerializer

links = URLSafeTimedSerializer(os.environ["LINK_KEY"], salt="activation-link")  # ok


def token_for(user):
    claims = {"sub": user.id, "iss": "shop", "aud": "api"}
    return jwt.encode(claims, os.environ["JWT_KEY"], "HS256", {"kid": "2024-05"})  # ok
