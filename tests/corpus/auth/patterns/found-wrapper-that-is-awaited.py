# An asynchronous wrapper is awaited where it is used.
# === .github/fifthwhy.yml
auth:
  canonical: Sessions
  patterns: [{name: Sessions, calls: [app.sessions.find]}]
# === app/sessions.py
async def find(request):
    return await request.app["sessions"].get(request.cookies["sid"])
# === app/partners.py
from firebase_admin import auth


async def partner(token):
    return auth.verify_id_token(token, check_revoked=True)  # ok
# === app/views.py
from app.partners import partner
from app.sessions import find


async def lots(request):
    session = await find(request)  # ok
    return {"for": session.name}


async def bids(request):
    claims = await partner(request.headers["x-token"])  # finding: auth.patterns
    return {"for": claims["uid"]}
