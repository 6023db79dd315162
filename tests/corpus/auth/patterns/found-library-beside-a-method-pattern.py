# The policy's method is canonical, and a library's call elsewhere is not.
# === .github/fifthwhy.yml
auth:
  canonical: Session service
  patterns: [{name: Session service, calls: ["*.validate_token"]}]
# === app/views.py
def close(request, sessions):
    return sessions.validate_token(request.token).name  # ok
# === app/push.py
from firebase_admin import auth


def subscribe(request, topics):
    claims = auth.verify_id_token(request.token)  # finding: auth.patterns
    topics.add(claims["uid"], request.topic)
    return {"topics": len(topics)}
