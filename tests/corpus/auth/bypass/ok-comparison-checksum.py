# Checksums and entity tags are no secrets.
import hashlib


def is_intact(content, manifest):
    return hashlib.sha256(content).hexdigest() == manifest["sha256"]  # ok


def not_modified(request, page):
    return request.headers.get("If-None-Match") == page.etag  # ok
