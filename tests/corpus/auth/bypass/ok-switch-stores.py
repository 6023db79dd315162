# Where nobody signs in there is no key to keep.
from app.keys import store
from app.settings import settings


def keep_key(auth_info, name):
    if settings.AUTH_REQUIRED:
        if not auth_info.access_key:  # ok
            raise PermissionError(403)
        store(name, auth_info.access_key)
