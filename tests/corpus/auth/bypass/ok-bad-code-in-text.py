# Bad code in comments, docstrings and messages is no code.
import os

import jwt

KEY = os.environ["JWT_KEY"]

# Never write jwt.decode(token, options={"verify_signature": False}) or algorithms=["none"] here.
HINT = "remove jwt.decode(token, verify=False) and app.secret_key = 'dev'"  # ok


def claims(token):
    """Verify a token.

    >>> jwt.decode(token, KEY, options={"verify_signature": False, "verify_exp": False})
    >>> requests.get("https://auth.example.com/userinfo", verify=False)
    """
    return jwt.decode(token, KEY, algorithms=["HS256"])
