# The decorators stand in the urls, around functions and classes.
# === choir/urls.py
from django.contrib.auth.decorators import login_required, permission_required
from django.urls import include, path

from choir import views

songs = [
    path("", login_required(views.songs)),
    path("<int:pk>/", permission_required("choir.sing")(views.Song.as_view())),
]
urlpatterns = [path("songs/", include(songs))]
# === choir/views.py
from django.http import JsonResponse
from django.views import View


def songs(request):  # ok
    return JsonResponse({})


class Song(View):
    def get(self, request, pk):  # ok
        return JsonResponse({"song": pk})
