# Kinds, markers and empty values are no secrets.
def parse(header, token, claims):
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "bearer" or value == "":  # ok
        return None
    if claims["token_type"] != "access" or claims.get("typ") == "refresh":  # ok
        return None
    if token is None or token == "null" or len(token) != 64:  # ok
        return None
    return value
