# The method is the canonical way on whatever it is called; a function of a similar name is none.
# === .github/fifthwhy.yml
auth:
  canonical: Session service
  patterns: [{name: Session service, calls: ["*.validate_token"]}]
# === app/views.py
from app.forms import validate_token_name, validate_tokens


class Desk:
    def __init__(self, sessions):
        self.sessions = sessions

    def close(self, request):
        user = self.sessions.validate_token(request.token)  # ok
        validate_token_name(request.form["name"])  # ok
        return user, validate_tokens  # ok
# === app/forms.py
def validate_token_name(name):
    return name.isidentifier()


def validate_tokens(tokens):
    return all(tokens)
