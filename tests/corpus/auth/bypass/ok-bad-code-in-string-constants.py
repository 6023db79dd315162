# A linter's own messages and samples quote what it looks for.
SAMPLES = {
    "jwt.decode(t, options={'verify_signature': False})": "unverified",  # ok
    "jwt.encode(claims, 'secret', algorithm='none')": "unsigned",  # ok
    'if os.getenv("SKIP_AUTH"): return True': "switch",  # ok
    "requests.get(userinfo_url, verify=False)": "tls",  # ok
}


def explain(code):
    """Say what is wrong, for example `token == settings.api_key` or `except Exception: return True`."""
    return SAMPLES.get(code, "nothing")
