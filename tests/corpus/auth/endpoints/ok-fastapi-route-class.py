# A route class stands before the handlers, and what it does with a request is its own matter.
import os

import jwt
from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute


class GuardedRoute(APIRoute):
    def get_route_handler(self):
        handle = super().get_route_handler()

        async def guarded(request: Request):
            try:
                jwt.decode(request.headers.get("x-token", ""), os.environ["JWT_KEY"], algorithms=["HS256"])
            except jwt.InvalidTokenError:
                raise HTTPException(401)
            return await handle(request)

        return guarded


router = APIRouter(route_class=GuardedRoute)


@router.get("/locks")
def locks():  # ok
    return []


app = FastAPI()
app.include_router(router)
