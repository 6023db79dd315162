# What somebody has typed in anew takes the place of what was kept.
from flask import request


def keep(account):
    secret_key = request.json["secret_key"]
    if account.oauth_secret != secret_key:  # ok
        account.oauth_secret = secret_key
        account.save()
