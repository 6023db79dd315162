# The audience is not checked where only the tenant is looked up.
import jwt

from app.tenants import tenant_of


def authenticate(token):
    peeked = jwt.decode(token, options={"verify_signature": False, "verify_aud": False})  # ok
    tenant = tenant_of(peeked["tid"])
    return jwt.decode(token, tenant.key, algorithms=["RS256"], audience=tenant.audience)
