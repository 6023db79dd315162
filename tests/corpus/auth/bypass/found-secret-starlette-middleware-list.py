# The literal hides in a list of middleware.
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI(
    middleware=[
        Middleware(SessionMiddleware, secret_key="butter"),  # finding: auth.bypass.hardcoded-secret
    ],
)
