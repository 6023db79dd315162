"""auth.bypass rules about tokens, in small programs; the annotated corpus has many more."""

from __future__ import annotations

from textwrap import dedent

import pytest

from analyzers.code import Code
from analyzers.findings import Finding
from analyzers.policy import Policy
from analyzers.resolve import Resolver
from analyzers.rules.auth.terms import auth_terms
from analyzers.rules.bypass.decoding import verifies
from analyzers.rules.bypass.places import calls_at, places_in
from analyzers.rules.bypass.tokens import token_bypasses
from tests.analyzers.trees import Files, outlines_of, snapshot_of, uses_of


def found_in(files: Files | str) -> list[str]:
    """The findings in a tree, or in one file `app.py`, as `12 unverified-signature`."""
    tree = {"app.py": files} if isinstance(files, str) else files
    tree = {path: dedent(str(source)) for path, source in tree.items()}
    return [f"{each.line} {each.rule.removeprefix('auth.bypass.')}" for each in _findings(tree)]


def told(files: Files | str) -> list[str]:
    """What the findings in a tree, or in one file `app.py`, say."""
    tree = {"app.py": files} if isinstance(files, str) else files
    return [each.message for each in _findings({path: dedent(str(source)) for path, source in tree.items()})]


def _findings(tree: Files) -> list[Finding]:
    snapshot = snapshot_of(tree, Policy())
    resolver = Resolver(snapshot)
    code = Code(resolver, outlines_of)
    terms = auth_terms(snapshot, resolver, Policy(), uses_of)
    while True:
        found = [each for file in snapshot for each in token_bypasses(file, code, terms)]
        if not code.missing:
            return found
        code.fetch(())


UNVERIFIED = 'jwt.decode(token, options={"verify_signature": False})'


class TestUnverifiedSignature:
    def test_options_are_followed_through_dicts_that_are_built_before(self) -> None:
        assert found_in("""
            import jwt
            BASE = dict(verify_aud=False)
            def user(token):
                options = {**BASE, "verify_exp": True}
                options["verify_signature"] = False
                return jwt.decode(token, options=options)["sub"]
        """) == ["7 unverified-signature"]

    def test_options_that_are_changed_on_one_branch_alone_are_undecided(self) -> None:
        assert (
            found_in("""
            import jwt
            def user(token, key, trusted):
                options = {"verify_signature": True}
                if trusted:
                    options["verify_signature"] = False
                return jwt.decode(token, key, ["HS256"], options)["sub"]
        """)
            == []
        )

    def test_peek_before_a_verification_is_none(self) -> None:
        assert (
            found_in(f"""
            import jwt
            def user(token, keys):
                peeked = {UNVERIFIED}
                return jwt.decode(token, keys.of(peeked), algorithms=["RS256"])["sub"]
        """)
            == []
        )

    def test_verification_of_another_branch_is_no_verification(self) -> None:
        assert found_in(f"""
            import jwt
            def user(token, key, strict):
                if strict:
                    claims = jwt.decode(token, key, algorithms=["RS256"])
                    return claims["sub"]
                return {UNVERIFIED}["sub"]
        """) == ["7 unverified-signature"]

    def test_read_in_the_handler_of_a_failed_verification_is_one(self) -> None:
        assert found_in(f"""
            import jwt
            def user(token, key):
                try:
                    claims = jwt.decode(token, key, algorithms=["RS256"])
                except jwt.PyJWTError:
                    claims = {UNVERIFIED}
                return claims["sub"]
        """) == ["7 unverified-signature"]

    def test_helper_whose_caller_verifies_is_none(self) -> None:
        assert (
            found_in(f"""
            import jwt
            def parse(token):
                return {UNVERIFIED}
            def user(token, keys):
                claims = parse(token)
                jwt.decode(token, keys[claims["org"]], algorithms=["RS256"])
                return claims["sub"]
        """)
            == []
        )

    @pytest.mark.parametrize("claim", ["iss", "kid", "tid", "exp"])
    def test_what_chooses_a_key_lets_nobody_in(self, claim: str) -> None:
        assert found_in(f"import jwt\ndef of(token):\n    return {UNVERIFIED}['{claim}']\n") == []

    def test_id_token_straight_from_the_token_endpoint_needs_no_signature(self) -> None:
        assert (
            found_in("""
            import jwt, requests
            def signed_in(code):
                answer = requests.post("https://id.example.com/token", data={"code": code}).json()
                return jwt.decode(answer["id_token"], options={"verify_signature": False})["sub"]
        """)
            == []
        )

    def test_helper_that_says_so_is_told_where_it_is_believed(self) -> None:
        files = {
            "tokens.py": f"import jwt\ndef unverified_claims(token):\n    return {UNVERIFIED}\n",
            "app.py": "import tokens\ndef user(token):\n    return tokens.unverified_claims(token)['sub']\n",
        }
        assert found_in(files) == ["3 unverified-signature"]

    def test_own_module_called_jwt_is_not_the_library(self) -> None:
        files = {
            "jwt.py": "def decode(token, options): ...\n",
            "app.py": f"import jwt\ndef user(token):\n    return {UNVERIFIED}\n",
        }
        assert found_in(files) == []


class TestAlgorithms:
    def test_none_is_found_however_it_is_written(self) -> None:
        assert found_in("""
            import jwt
            ACCEPTED = ["HS256"] + ["None"]
            def claims(token, key):
                return jwt.decode(token, key, algorithms=ACCEPTED)
        """) == ["5 none-algorithm"]

    def test_key_that_comes_with_its_algorithm_pins_it(self) -> None:
        source = """
            import jwt
            keys = jwt.PyJWKClient("https://id.example.com/keys")
            def claims(token):
                return jwt.decode(token, {key})
        """
        assert found_in(source.format(key="keys.get_signing_key_from_jwt(token)")) == []
        assert found_in(source.format(key="keys.get_signing_key_from_jwt(token).key")) == ["5 algorithm-not-pinned"]

    def test_algorithm_of_the_header_is_fine_once_it_is_looked_up_in_a_list(self) -> None:
        source = """
            import jwt
            def claims(token, key):
                header = jwt.get_unverified_header(token)
                {check}
                return jwt.decode(token, key, algorithms=[header["alg"]])
        """
        assert found_in(source.format(check="pass")) == ["6 algorithm-not-pinned"]
        assert found_in(source.format(check="assert header['alg'] in ALLOWED")) == []


class TestClaims:
    SOURCE = """
        import jwt
        def {name}(token, key):
            claims = jwt.decode(token, key, algorithms=["HS256"], options={{"{option}": False}})
            {check}
            return claims["sub"]
    """

    def test_options_that_turn_a_check_off(self) -> None:
        rules = {"verify_exp": "expiry", "verify_aud": "audience", "verify_iss": "issuer"}
        for option, rule in rules.items():
            assert found_in(self.SOURCE.format(name="user", option=option, check="pass")) == [f"4 {rule}-not-checked"]

    def test_check_by_hand_is_one(self) -> None:
        check = "assert claims['aud'] == 'api'"
        assert found_in(self.SOURCE.format(name="user", option="verify_aud", check=check)) == []

    def test_refresh_takes_expired_tokens(self) -> None:
        assert found_in(self.SOURCE.format(name="refresh_session", option="verify_exp", check="pass")) == []

    def test_unverified_read_is_told_once(self) -> None:
        options = '{"verify_signature": False, "verify_exp": False, "verify_aud": False}'
        source = f"import jwt\ndef user(token):\n    return jwt.decode(token, options={options})['sub']\n"
        assert found_in(source) == ["3 unverified-signature"]


class TestSecrets:
    @pytest.mark.parametrize(
        "secret", ['"s3cret"', 'os.getenv("JWT_SECRET", "dev")', 'os.environ.get("JWT_SECRET") or "dev"', "SECRET"]
    )
    def test_literals_sign_tokens(self, secret: str) -> None:
        source = f"import os, jwt\nSECRET = b'abc'\ndef mint(user):\n    return jwt.encode({{}}, {secret})\n"
        assert found_in(source) == ["4 hardcoded-secret"]

    @pytest.mark.parametrize("secret", ['""', "None", 'os.environ["JWT_SECRET"]', 'conf.get("api", "SECRET_KEY")'])
    def test_what_is_no_secret(self, secret: str) -> None:
        assert found_in(f"import os, jwt\ndef mint(user, conf):\n    return jwt.encode({{}}, {secret})\n") == []

    def test_default_that_is_refused_is_none(self) -> None:
        assert (
            found_in("""
            import os, jwt
            SECRET = os.getenv("JWT_SECRET", "dev")
            if SECRET == "dev":
                raise RuntimeError("JWT_SECRET is not set")
            def mint(user):
                return jwt.encode({}, SECRET)
        """)
            == []
        )

    def test_tests_have_secrets_of_their_own(self) -> None:
        assert found_in({"tests/test_app.py": "import jwt\nTOKEN = jwt.encode({}, 'abc')\n"}) == []

    def test_message_does_not_tell_the_secret(self) -> None:
        (finding,) = _findings({"app.py": "import jwt\nTOKEN = jwt.encode({}, 'very-secret')\n"})
        assert "very-secret" not in finding.message + finding.detail + finding.symbol

    def test_secret_that_stands_elsewhere_is_told_with_its_place(self) -> None:
        uses = "import jwt\nfrom app.keys import KEY\nTOKEN = jwt.encode({}, KEY)\n"
        assert told({"app/__init__.py": "", "app/keys.py": "\nKEY = 'abc'\n", "app/main.py": uses}) == [
            "the secret of `jwt.encode` stands in the code, `app/keys.py` line 2"
        ]
        assert told("""
            import jwt
            class Tokens:
                def __init__(self):
                    self.secret = "abc"
                def mint(self, user):
                    return jwt.encode({}, self.secret)
        """) == ["the secret of `jwt.encode` stands in the code, `app.py` line 5"]

    def test_secret_in_the_call_needs_no_place(self) -> None:
        assert told("import jwt\nTOKEN = jwt.encode(\n    {},\n    'abc',\n)\n") == [
            "the secret of `jwt.encode` stands in the code"
        ]

    def test_constant_that_the_environment_falls_back_to_is_told_with_its_own_place(self) -> None:
        assert told("""
            import os, jwt
            FALLBACK = "abc"
            SECRET = os.getenv("JWT_SECRET", FALLBACK)
            TOKEN = jwt.encode({}, SECRET)
        """) == ["where no secret is set, that of `jwt.encode` is one that stands in the code, `app.py` line 3"]

    @pytest.mark.parametrize("base", ["BaseModel", "BaseSettings"])
    def test_default_of_a_field_is_what_is_taken_where_no_secret_is_set(self, base: str) -> None:
        settings = (
            f"from pydantic_settings import {base}\nclass Settings({base}):\n    secret_key: str = 'abc'\n"
            "def settings() -> Settings: ...\n"
        )
        uses = (
            "from starlette.middleware.sessions import SessionMiddleware\nfrom app.settings import settings\n"
            "def add(app):\n    known = settings()\n"
            "    app.add_middleware(SessionMiddleware, secret_key=known.secret_key)\n"
        )
        assert told({"app/__init__.py": "", "app/settings.py": settings, "app/main.py": uses}) == [
            "where no secret is set, that of `starlette.middleware.sessions.SessionMiddleware` is one that stands in"
            " the code, `app/settings.py` line 3"
        ]

    def test_default_of_a_setting_is_what_is_taken_where_no_secret_is_set(self) -> None:
        assert told("""
            import jwt
            from pydantic_settings import BaseSettings
            class Settings(BaseSettings):
                SECRET_KEY: str = "abc"
        """) == ["where no secret is set, that of `SECRET_KEY` is one that stands in the code"]

    @pytest.mark.parametrize(
        "attribute", ["secret = 'abc'", "secret: ClassVar[str] = 'abc'", "secret: Final = 'abc'"], ids=str
    )
    def test_attribute_that_is_no_field_is_the_secret(self, attribute: str) -> None:
        source = f"""
            import jwt
            from typing import ClassVar, Final
            class Tokens(Base):
                {attribute}
                def mint(self):
                    return jwt.encode({{}}, self.secret)
        """
        assert told(source.replace("Base", "object")) == [
            "the secret of `jwt.encode` stands in the code, `app.py` line 5"
        ]


class TestTls:
    def test_calls_to_auth_services_are_told_by_address_or_function(self) -> None:
        source = "import requests\ndef {name}(url):\n    return requests.get({url}, verify=False)\n"
        assert found_in(source.format(name="load", url='"https://id.example.com/jwks"')) == ["3 tls-not-verified"]
        assert found_in(source.format(name="fetch_token", url="url")) == ["3 tls-not-verified"]
        assert found_in(source.format(name="list_authors", url='"https://printer/authors"')) == []


def test_verifies_says_whether_a_call_checks_the_signature() -> None:
    source = (
        f"import jwt\ndef f(token, key, x):\n    {UNVERIFIED}\n    jwt.decode(token, key, ['HS256'])\n    print(x)\n"
    )
    snapshot = snapshot_of({"app.py": source}, Policy())
    code = Code(Resolver(snapshot), outlines_of)
    (file,) = snapshot
    code.fetch([file.blob])
    place = [*places_in(file, code)][1]
    assert [verifies(call, place.where, code) for call in calls_at(place.body)] == [False, True, None]
