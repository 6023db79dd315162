# Without a key that is set, nobody is let in.
import os
import secrets

from fastapi import FastAPI, Request, Response

app = FastAPI()


@app.middleware("http")
async def check_key(request: Request, call_next):
    key = request.headers.get("X-API-Key", "")
    if not os.environ.get("API_KEY") or not secrets.compare_digest(key, os.environ["API_KEY"]):  # ok
        return Response(status_code=401)
    return await call_next(request)
