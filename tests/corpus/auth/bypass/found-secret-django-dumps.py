# signing.dumps is given a literal key.
from django.core import signing


def reset_link(user):
    return signing.dumps({"user": user.pk}, key="reset-2023", salt="reset")  # finding: auth.bypass.hardcoded-secret
