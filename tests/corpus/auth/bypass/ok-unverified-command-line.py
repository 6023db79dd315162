# A command shows what is in the token that it is given.
import argparse
import json

import jwt


def shown(token):
    claims = jwt.decode(token, options={"verify_signature": False})  # ok
    return json.dumps(claims, indent=2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("token")
    print(shown(parser.parse_args().token))
