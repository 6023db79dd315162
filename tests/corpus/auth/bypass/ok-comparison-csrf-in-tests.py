# A test may compare tokens as it likes.
# === tests/test_forms.py
def test_csrf_cookie(client, settings):
    page = client.get("/form")
    assert page.cookies["csrftoken"] == page.context["csrf_token"]  # ok
    assert page.request.headers["X-Api-Key"] == settings.api_key  # ok
