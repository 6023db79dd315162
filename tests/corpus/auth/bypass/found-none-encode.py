# A session token is made without a signature.
import jwt


def session_token(user):
    return jwt.encode({"sub": user.id, "role": user.role}, None, algorithm="none")  # finding: auth.bypass.none-algorithm
