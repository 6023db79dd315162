# Neither expiry nor audience is checked.
import os

import jwt


def authenticate(token):
    return jwt.decode(  # finding: auth.bypass.expiry-not-checked, auth.bypass.audience-not-checked
        token,
        os.environ["JWT_PUBLIC"],
        algorithms=["RS256"],
        options=dict(verify_exp=False, verify_aud=False),
    )
