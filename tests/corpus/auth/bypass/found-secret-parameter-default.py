# The key is the default of a parameter that nobody passes.
import jwt


def token_for(user, key="tokens-of-the-shop"):
    return jwt.encode({"sub": user.id}, key, algorithm="HS256")  # finding: auth.bypass.hardcoded-secret


def log_in(response, user):
    response.set_cookie("token", token_for(user), httponly=True, secure=True)
