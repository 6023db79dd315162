# A PyJWT object is made and used in one expression.
import jwt


def tenant_admin(token, tenants):
    claims = jwt.PyJWT().decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return tenants.admin(claims["tenant"], claims["sub"])
