# A constant names the user where the header is missing.
import os

import jwt

DEFAULT_USER_ID = "3e53486c-cf57"


def user_id(request):
    header = request.headers.get("Authorization")
    if header is None:
        return DEFAULT_USER_ID  # finding: auth.bypass.fallback-user
    return jwt.decode(header[7:], os.environ["JWT_KEY"], algorithms=["HS256"])["sub"]
