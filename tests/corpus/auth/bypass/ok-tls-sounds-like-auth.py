# Authors and tokenizers only sound like it.
import requests


def fetch_authors(blog):
    return requests.get(f"https://{blog}/api/authors", verify=False, timeout=5).json()  # ok


def load_tokenizer(host):
    return requests.get(f"https://{host}/models/tokenizer.json", verify=False, timeout=5).json()  # ok
