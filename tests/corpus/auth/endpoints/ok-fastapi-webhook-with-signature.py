# A webhook is signed by its sender, and the signature is tested.
import hashlib
import hmac
import os

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Request

app = FastAPI()


def user(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.get("/payments")
def payments(found=Depends(user)):  # ok
    return []


@app.post("/hooks/payments")
async def paid(request: Request, x_signature: str = Header()):  # ok
    body = await request.body()
    expected = hmac.new(os.environb[b"HOOK_KEY"], body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, x_signature):
        raise HTTPException(400)
    return {"seen": len(body)}
