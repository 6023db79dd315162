# The key that verifies is a literal keyword argument.
import jwt as j


def claims(token):
    return j.decode(token, key="winter-2024-shop", algorithms=["HS256"])  # finding: auth.bypass.hardcoded-secret
