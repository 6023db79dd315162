# AllowAny on the sign-up is what it is for.
# === members/views.py
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView


class SignUp(APIView):
    permission_classes = [AllowAny]

    def post(self, request):  # ok
        return Response({"mail": "sent"})


class Me(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request):  # ok
        return Response({"name": request.user.username})
# === members/urls.py
from django.urls import path

from members.views import Me, SignUp

urlpatterns = [path("signup/", SignUp.as_view()), path("me/", Me.as_view())]
