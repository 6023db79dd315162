# What is split at dots and decoded here is a file name, not a token.
import base64
import json
from pathlib import Path


def label(path: Path):
    part = path.name.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=="))["label"]  # ok
