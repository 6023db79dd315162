# The check is known from the policy alone; the only endpoint does without it.
# === .github/fifthwhy.yml
auth:
  canonical: Session check
  patterns: [{name: Session check, calls: [app.auth.check_session]}]
# === app/auth.py
SESSIONS = {}


def check_session(request):
    if request.cookies.get("sid") not in SESSIONS:
        raise PermissionError("no session")
# === app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.post("/refunds")
def refund(order: int, amount: int):  # finding: auth.unprotected
    return {"order": order, "refunded": amount}
