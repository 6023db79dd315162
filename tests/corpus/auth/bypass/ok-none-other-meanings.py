# none means something else for cookies, clients and compression.
METADATA = {
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],  # ok
    "code_challenge_methods_supported": ["S256"],
}


def log_in(response, token, compress):
    response.set_cookie("session", token, secure=True, httponly=True, samesite="none")  # ok
    return compress(response.body, algorithms=["gzip", "none"])  # ok
