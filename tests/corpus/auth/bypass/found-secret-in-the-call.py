# The key stands in the call that signs.
import jwt


def token_for(user):
    return jwt.encode({"sub": user.id}, "not-so-secret-after-all", algorithm="HS256")  # finding: auth.bypass.hardcoded-secret
