"""What becomes of a command: one reply and two reactions, with a real Redis, real git and GitHub's stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import msgspec
import pytest
from redis import Redis

from bot.commands.answer import answer, tell_unanswered
from bot.commands.permits import MOST_AN_HOUR
from bot.commands.reply import USUAL, Pace
from bot.demo.records import Comment, Issue, Person, PullRequest
from bot.github.errors import GitHubUnavailableError
from bot.jobs.tools import Tools
from bot.jobs.turns import SupersededError, turn
from bot.measuring.caches import opened_caches
from bot.measuring.measure import Caches
from bot.policies.github import GitHubPolicies
from bot.queue.jobs import CommandJob, Job, LookBackJob
from bot.queue.queue import decode_job
from report_templates.reply import reply_marker
from tests.bot.conftest import Shop, Site, small_settings, stored_jobs
from tests.report_templates.github_html import Seen, harmless
from tests.repositories import Repo

pytestmark = pytest.mark.anyio

POLICY: Final = "symbols:\n  - name: Cart\n    canonical: shop.cart\n"
FILES: Final = {
    ".github/fifthwhy.yml": POLICY,
    "shop/__init__.py": "",
    "shop/cart.py": "class Cart: ...\n",
    "shop/models.py": "from shop.cart import Cart\n",
    "shop/page.py": "from shop.models import Cart\n",
}
CHANGE: Final = {"shop/basket.py": "from shop.models import Cart\n"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def caches(data: Path) -> Iterator[Caches]:
    with opened_caches(small_settings(data)) as caches:
        yield caches


@pytest.fixture
def tools(worker_tools: Tools, site: Site, data: Path, caches: Caches) -> Tools:
    """Of a worker with a disk of its own."""
    policies = GitHubPolicies(worker_tools.github, site.address, data)
    return msgspec.structs.replace(worker_tools, data_dir=data, caches=caches, policies=policies)


@dataclass
class Thread:
    """An issue or a pull request on which people give commands."""

    shop: Shop
    issue: Issue
    tools: Tools

    def says(self, text: str, by: Person | None = None) -> Comment:
        return self.shop.standin.comment(self.shop.name, self.issue.number, text, by=by or self.shop.person)

    @property
    def replies(self) -> list[Comment]:
        state = self.shop.standin.state
        every = state.comments(state.issue(self.shop.name, self.issue.number))
        return [comment for comment in every if comment.author == self.shop.standin.app.bot]

    def reactions(self, comment: Comment) -> list[str]:
        return [each.content for each in self.shop.standin.state.reactions.of(comment)]

    def job(self, comment: Comment) -> CommandJob:
        installation = self.shop.standin.app.installation.id
        return CommandJob(installation, self.shop.repository.id, self.issue.number, comment.id, "delivery-1")

    async def answers(self, comment: Comment, *, seconds: float = 60, pace: Pace = USUAL) -> str:
        """Do the job of a comment; what came of it."""
        tools = msgspec.structs.replace(self.tools, seconds=seconds)
        job = self.job(comment)
        generation = await tools.queue.enqueue(job)
        async with turn(tools.queue, job, generation) as held:
            return await answer(job, held, tools, pace)

    async def answered(self, text: str, by: Person | None = None) -> str:
        """The body of the one reply to a new comment."""
        before = {reply.id for reply in self.replies}
        comment = self.says(text, by)
        assert await self.answers(comment) == "answered"
        assert self.reactions(comment) == ["rocket"]
        (reply,) = [reply for reply in self.replies if reply.id not in before]
        assert reply.body.startswith(reply_marker(comment.id))
        self.page(reply.body)
        return reply.body

    def page(self, body: str) -> Seen:
        """A reply as it is seen, in which nothing acts and nothing leads out of the repository."""
        return harmless(body, f"{self.shop.standin.state.address}/{self.shop.name}")


def jobs(redis: Redis) -> list[Job]:
    """The jobs that were asked for besides commands."""
    stored = [msgspec.convert(decode_job(job)["a"][0], Job) for job in stored_jobs(redis).values()]
    return [job for job in stored if not isinstance(job, CommandJob)]


def fetches(thread: Thread) -> int:
    """How often git has asked for something of the repository."""
    end = f"{thread.shop.name}.git/git-upload-pack"
    return sum(each.path.endswith(end) for each in thread.shop.standin.requests)


@pytest.fixture
def shop(site: Site) -> Iterator[Shop]:
    yield site.shop(FILES, CHANGE)
    site.standin.faults.clear()


@pytest.fixture
def issue(shop: Shop, tools: Tools) -> Thread:
    return Thread(shop, shop.standin.open_issue(shop.name, "Consolidate", None, shop.person), tools)


@pytest.fixture
def pull(shop: Shop, tools: Tools) -> Thread:
    return Thread(shop, shop.pull, tools)


@pytest.fixture
def old(site: Site, tools: Tools) -> Thread:
    """An issue of a repository whose branch has been gone on with for weeks."""
    repo = Repo.create(site.folder / f"old-{next(site.numbers)}")
    repo.commit(FILES)
    for page in ("basket", "till"):
        repo.wait(days=7)
        repo.commit({f"shop/{page}.py": "from shop.models import Cart\n"})
    name = f"acme/{repo.path.name}"
    repository = site.standin.add_repository(name, repo.path)
    opened = site.standin.open_issue(name, "Consolidate", None, site.person)
    pull = cast("PullRequest", None)
    return Thread(Shop(site.standin, site.person, repository, pull), opened, tools)


# --- answers on an issue ----------------------------------------------------------------------------------------------


async def test_an_audit_on_an_issue_is_answered_with_where_the_goals_stand_and_why(issue: Thread) -> None:
    body = await issue.answered("Where do we stand?\n\n/audit")
    page = issue.page(body)
    assert "Five whys" in page.headings
    assert "Recommendation" in page.headings
    assert f"[#{issue.issue.number}]" in body
    assert "Imports off the canonical path" in body
    assert f"#issuecomment-{int(body.split()[2])}" in body


async def test_an_audit_of_one_family_tells_of_nothing_else(issue: Thread) -> None:
    imports, tests = await issue.answered("/audit imports"), await issue.answered("/audit tests")
    assert "Imports off the canonical path" in imports
    assert "Production files without a finding" not in imports
    assert "about `imports` alone" in imports
    assert "Imports off the canonical path" not in tests.partition("#### Recommendation")[0]


async def test_the_recommendation_for_one_family_looks_at_all(issue: Thread) -> None:
    """Whoever asks about tests alone must not be told to close an issue because of them."""
    body = await issue.answered("/audit tests")
    assert "**Close.**" not in body


async def test_a_symbol_is_explained(issue: Thread) -> None:
    body = await issue.answered("/audit explain Cart")
    assert "`shop.cart.Cart`" in body
    assert "| `shop.models` | 1 | 0 | re-export |" in body or "`shop.models`" in body


async def test_a_symbol_that_is_not_there_is_told_with_those_like_it(issue: Thread) -> None:
    comment = issue.says("/audit explain Cort")
    await issue.answers(comment)
    (reply,) = issue.replies
    assert "did you mean `Cart`" in reply.body
    assert issue.reactions(comment) == ["confused"]


async def test_the_history_is_told(issue: Thread) -> None:
    assert "One sample" in await issue.answered("/audit history")


async def test_the_policy_is_told_with_the_lines_that_say_it(issue: Thread) -> None:
    body = await issue.answered("/audit policy")
    page = issue.page(body)
    assert f"{issue.shop.name}/blob/" in next(link for link in page.links if link.endswith(".github/fifthwhy.yml#L1"))
    assert "| `symbols` |" in body
    assert "By default: " in body


async def test_what_another_repository_s_policy_says_is_named_with_it_and_not_repeated(
    site: Site, tools: Tools
) -> None:
    theirs = Repo.create(site.folder / f"policies-{next(site.numbers)}")
    theirs.commit({"strict.fifthwhy.yml": "context:\n  impact: Secret of the house\n"})
    site.standin.add_repository(f"acme/{theirs.path.name}", theirs.path)
    source = f"{theirs.path.name}:strict.fifthwhy.yml"
    shop = site.shop({**FILES, ".github/fifthwhy.yml": f"extends: {source}\n{POLICY}"})
    thread = Thread(shop, shop.standin.open_issue(shop.name, "Ask", None, shop.person), tools)
    body = await thread.answered("/audit policy")
    assert f"| `context.impact` | not shown: it is in another repository | `{source}` |" in body
    assert "Secret" not in body


async def test_a_repository_without_a_policy_is_told_the_defaults(site: Site, tools: Tools) -> None:
    shop = site.shop()
    thread = Thread(shop, shop.standin.open_issue(shop.name, "Ask", None, shop.person), tools)
    assert "There is no policy in this repository" in await thread.answered("/audit policy")


async def test_help_lists_what_there_is_and_for_whom(issue: Thread) -> None:
    body = await issue.answered("/audit help")
    assert "| `/audit explain SYMBOL` |" in body
    assert "| write |" in body


async def test_a_command_that_does_not_exist_is_answered_by_help(issue: Thread) -> None:
    comment = issue.says("/audit imprts")
    await issue.answers(comment)
    (reply,) = issue.replies
    assert "did you mean `/audit imports`?" in reply.body
    assert "| `/audit history` |" in reply.body
    assert issue.reactions(comment) == ["confused"]


async def test_of_several_that_do_not_exist_each_is_told_and_what_there_is_once(issue: Thread) -> None:
    await issue.answers(issue.says("/audit imprts\n/audit histry\n/audit polcy"))
    (reply,) = issue.replies
    assert reply.body.count("Not understood") == 3
    assert reply.body.count("| Command | Does | For |") == 1
    assert "**[`/audit histry`](" in reply.body
    assert "[`/audit help`]" not in reply.body


async def test_what_there_is_is_listed_where_it_was_asked_for(issue: Thread) -> None:
    await issue.answers(issue.says("/audit help\n/audit imprts"))
    (reply,) = issue.replies
    assert reply.body.count("| Command | Does | For |") == 1
    assert reply.body.index("| Command |") < reply.body.index("Not understood")


async def test_where_not_all_could_be_done_the_last_reaction_says_so(issue: Thread) -> None:
    comment = issue.says("/audit help\n/audit imprts")
    assert await issue.answers(comment) == "answered"
    assert issue.reactions(comment) == ["confused"]


async def test_commands_beyond_what_one_comment_may_have_are_told_to_be_left_out(issue: Thread) -> None:
    names = ("policy", "help", "explain Cart", "explain shop", "explain shop.cart.Cart", "history", "imports")
    comment = issue.says("\n".join(f"/audit {name}" for name in names))
    await issue.answers(comment)
    (reply,) = issue.replies
    assert "Not answered: the last 2 commands of that comment, as one may have 5. Ask in another one." in reply.body
    assert issue.reactions(comment) == ["confused"]


async def test_several_commands_are_answered_in_one_reply(issue: Thread) -> None:
    body = await issue.answered("/audit explain Cart\n/audit help\n/audit policy")
    places = [body.index(f"[`{written}`]") for written in ("/audit explain Cart", "/audit help", "/audit policy")]
    assert places == sorted(places)


async def test_what_was_asked_by_whom_is_linked_and_nobody_is_mentioned(issue: Thread) -> None:
    body = await issue.answered("/audit help")
    assert f"/{issue.shop.name}/issues/{issue.issue.number}#issuecomment-" in body
    assert "asked by `ada`" in body


# --- answers on a pull request ----------------------------------------------------------------------------------------


async def test_an_audit_on_a_pull_request_is_done_again(pull: Thread, redis: Redis) -> None:
    body = await pull.answered("/audit")
    assert "is audited again" in body
    assert jobs(redis) == [msgspec.structs.replace(pull.shop.job, delivery="delivery-1")]


async def test_a_job_that_is_run_twice_asks_for_one_audit(pull: Thread, redis: Redis) -> None:
    """As after a worker died before the reply was out."""
    comment = pull.says("/audit")
    for _ in range(2):
        await pull.answers(comment)
    assert jobs(redis) == [msgspec.structs.replace(pull.shop.job, delivery="delivery-1")]


async def test_a_pull_request_that_is_closed_is_not_audited_again(pull: Thread, redis: Redis) -> None:
    pull.shop.standin.close_pull_request(pull.shop.name, pull.issue.number, pull.shop.person)
    assert "is closed" in await pull.answered("/audit")
    assert jobs(redis) == []


async def test_on_a_pull_request_a_family_is_told_as_a_change(pull: Thread) -> None:
    body = await pull.answered("/audit imports")
    assert "introduces 1 import off the canonical path" in body
    assert "fifthwhy:pull-request" not in body


async def test_on_a_pull_request_symbols_are_explained_as_it_would_have_them(pull: Thread) -> None:
    on_pull = await pull.answered("/audit explain Cart")
    thread = Thread(pull.shop, pull.shop.standin.open_issue(pull.shop.name, "Ask", None, pull.shop.person), pull.tools)
    on_issue = await thread.answered("/audit explain Cart")
    assert "| `shop.models` | 2 |" in on_pull
    assert "| `shop.models` | 1 |" in on_issue


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def outsider(site: Site, shop: Shop) -> Person:
    return site.standin.add_person(f"mallory-{shop.repository.id}", member=False)


async def test_somebody_without_the_role_is_told_so_once_a_day(issue: Thread, outsider: Person) -> None:
    first, second = issue.says("/audit", outsider), issue.says("/audit history", outsider)
    assert (await issue.answers(first), await issue.answers(second)) == ("refused", "refused")
    (reply,) = issue.replies
    assert "people with the role `write` or above" in reply.body
    assert (issue.reactions(first), issue.reactions(second)) == (["confused"], [])


async def test_several_commands_that_are_refused_are_told_so_in_one_sentence(issue: Thread, outsider: Person) -> None:
    assert await issue.answers(issue.says("/audit\n/audit history\n/audit help", outsider)) == "refused"
    (reply,) = issue.replies
    assert reply.body.count("people with the role `write` or above") == 1
    assert reply.body.count("asked by") == 1
    assert all(f"[`{command}`](" in reply.body for command in ("/audit", "/audit history", "/audit help"))


async def test_what_is_refused_for_another_reason_is_told_by_itself(site: Site, tools: Tools) -> None:
    roles = "commands:\n  roles:\n    audit: admin\n    help: read\n"
    shop = site.shop({**FILES, ".github/fifthwhy.yml": POLICY + roles})
    issue = Thread(shop, site.standin.open_issue(shop.name, "Where are we?", None, site.person), tools)
    reader = site.standin.add_person(f"peggy-{shop.repository.id}", role="read")

    await issue.answers(issue.says("/audit\n/audit history\n/audit help\n/audit imports\n/audit policy", reader))

    (reply,) = issue.replies
    assert [reply.body.count(f"the role `{role}` or above") for role in ("admin", "write")] == [1, 1]
    assert reply.body.count("asked by") == 3
    assert reply.body.index("[`/audit imports`](") < reply.body.index("[`/audit history`]("), "beside `/audit`"


async def test_the_author_of_a_pull_request_may_ask_on_it(
    site: Site, shop: Shop, tools: Tools, outsider: Person
) -> None:
    opened = site.standin.open_pull_request(shop.name, head="feature", base="main", title="Mine", by=outsider)
    await Thread(shop, opened, tools).answered("/audit help", by=outsider)


async def test_the_author_of_an_issue_is_nobody_special(site: Site, shop: Shop, tools: Tools, outsider: Person) -> None:
    opened = site.standin.open_issue(shop.name, "Mine", None, outsider)
    thread = Thread(shop, opened, tools)
    assert await thread.answers(thread.says("/audit help", outsider)) == "refused"


async def test_the_policy_of_the_base_branch_says_who_may(site: Site, tools: Tools) -> None:
    roles = "commands:\n  authors: false\n  roles:\n    help: triage\n    audit: admin\n"
    shop = site.shop({**FILES, ".github/fifthwhy.yml": POLICY + roles}, {".github/fifthwhy.yml": POLICY})
    pull = Thread(shop, shop.pull, tools)
    triage = site.standin.add_person(f"trent-{shop.repository.id}", role="triage")
    comment = pull.says("/audit\n/audit help", triage)
    assert await pull.answers(comment) == "answered"
    (reply,) = pull.replies
    assert "the role `admin` or above" in reply.body
    assert "| `/audit help` | this list | triage |" in reply.body
    assert pull.reactions(comment) == ["confused"]


async def test_somebody_who_may_nothing_costs_no_fetch_where_the_policy_is_known(
    issue: Thread, outsider: Person
) -> None:
    await issue.answered("/audit help")
    before = len(issue.shop.standin.requests)
    for text in ("/audit", "/audit history", "/audit imports"):
        assert await issue.answers(issue.says(text, outsider)) == "refused"
    asked = [each.path for each in issue.shop.standin.requests[before:]]
    assert [path for path in asked if ".git/" in path] == []
    assert len([path for path in asked if path.endswith("/permission")]) == 1


async def test_one_fetch_tells_who_may_for_a_while(issue: Thread, outsider: Person) -> None:
    await issue.answers(issue.says("/audit", outsider))
    fetched = fetches(issue)
    assert fetched > 0
    for _ in range(3):
        await issue.answers(issue.says("/audit", outsider))
    assert fetches(issue) == fetched


async def test_whom_the_policy_lets_in_only_now_is_answered_ten_minutes_later_at_the_latest(
    issue: Thread, outsider: Person, redis: Redis
) -> None:
    await issue.answers(issue.says("/audit", outsider))
    (key,) = list(redis.scan_iter("fifthwhy:memory:commands-policy*"))
    assert 0 < redis.pttl(key) <= 10 * 60 * 1000  # type: ignore[operator]


async def test_an_author_without_the_role_is_answered_so_many_times_an_hour_and_told_once(
    site: Site, shop: Shop, tools: Tools, outsider: Person
) -> None:
    opened = site.standin.open_pull_request(shop.name, head="feature", base="main", title="Mine", by=outsider)
    thread = Thread(shop, opened, tools)
    text = "\n".join(f"/audit x{number}" for number in range(5))
    for _ in range(MOST_AN_HOUR // 5):
        await thread.answers(thread.says(text, outsider))
    replies, fetched = len(thread.replies), fetches(thread)
    first, second = thread.says("/audit history", outsider), thread.says("/audit history", outsider)

    assert [await thread.answers(comment) for comment in (first, second, first)] == ["refused"] * 3

    assert len(thread.replies) == replies + 1
    assert f"may give {MOST_AN_HOUR} commands an hour" in thread.replies[-1].body
    assert (thread.reactions(first), thread.reactions(second)) == (["confused"], [])
    assert fetches(thread) == fetched


async def test_what_an_author_asked_for_counts_once_however_often_its_job_is_run(
    site: Site, shop: Shop, tools: Tools, outsider: Person, redis: Redis
) -> None:
    opened = site.standin.open_pull_request(shop.name, head="feature", base="main", title="Mine", by=outsider)
    thread = Thread(shop, opened, tools)
    comment = thread.says("/audit help", outsider)
    for _ in range(3):
        assert await thread.answers(comment) == "answered"
    (key,) = list(redis.scan_iter("fifthwhy:commands:*"))
    assert redis.scard(key) == 1
    assert 0 < redis.pttl(key) <= 60 * 60 * 1000  # type: ignore[operator]


async def test_whoever_has_the_role_is_not_counted(issue: Thread, redis: Redis) -> None:
    await issue.answered("/audit help")
    assert list(redis.scan_iter("fifthwhy:commands:*")) == []


async def test_somebody_who_gets_the_role_is_answered_though_refused_before(
    site: Site, issue: Thread, outsider: Person, redis: Redis
) -> None:
    await issue.answers(issue.says("/audit help", outsider))
    site.standin.set_role(issue.shop.name, outsider, "write")
    for key in redis.scan_iter("fifthwhy:memory:role*"):  # ten minutes later
        redis.delete(key)
    await issue.answered("/audit help", by=outsider)


# --- what may have become of it meanwhile -----------------------------------------------------------------------------


async def test_a_command_that_was_deleted_is_not_answered(issue: Thread) -> None:
    comment = issue.says("/audit")
    issue.shop.standin.delete_comment(issue.shop.name, comment.id, issue.shop.person)
    assert await issue.answers(comment) == "gone"
    assert issue.replies == []


async def test_a_command_that_was_edited_is_answered_as_it_is_now(issue: Thread) -> None:
    comment = issue.says("/audit")
    issue.shop.standin.edit_comment(issue.shop.name, comment.id, "/audit help", issue.shop.person)
    assert await issue.answers(comment) == "answered"
    (reply,) = issue.replies
    assert "[`/audit help`]" in reply.body


async def test_a_command_that_was_edited_away_is_not_answered(issue: Thread) -> None:
    comment = issue.says("/audit")
    issue.shop.standin.edit_comment(issue.shop.name, comment.id, "Never mind", issue.shop.person)
    assert await issue.answers(comment) == "withdrawn"
    assert (issue.replies, issue.reactions(comment)) == ([], [])


async def test_in_an_archived_repository_nothing_is_said(issue: Thread) -> None:
    comment = issue.says("/audit")
    issue.shop.standin.owner.archive(issue.shop.name, issue.shop.person)
    assert await issue.answers(comment) == "archived"


async def test_in_a_locked_conversation_nothing_is_said(pull: Thread) -> None:
    comment = pull.says("/audit help")
    pull.shop.standin.lock(pull.shop.name, pull.issue.number, pull.shop.person)
    assert await pull.answers(comment) == "closed to us"
    assert (pull.replies, pull.reactions(comment)) == ([], [])


async def test_with_issues_disabled_a_command_on_an_issue_ends_quietly(issue: Thread) -> None:
    comment = issue.says("/audit help")
    issue.shop.standin.owner.disable_issues(issue.shop.name)
    assert await issue.answers(comment) == "closed to us"


async def test_a_job_that_is_run_twice_makes_one_reply(issue: Thread) -> None:
    comment = issue.says("/audit explain Cart")
    for _ in range(2):
        await issue.answers(comment)
    assert len(issue.replies) == 1
    assert issue.reactions(comment) == ["rocket"]


async def test_an_answer_to_a_command_reacts_twice_and_takes_one_back(issue: Thread) -> None:
    requests = issue.shop.standin.requests
    before = len(requests)
    await issue.answered("/audit help")
    assert [each.method for each in requests[before:] if "/reactions" in each.path] == ["POST", "POST", "DELETE"]


async def test_a_reply_whose_answer_got_lost_is_not_posted_twice(issue: Thread) -> None:
    comment = issue.says("/audit help")
    issue.shop.fails("POST", "/issues/*/comments", 502, takes_effect=True)
    with pytest.raises(GitHubUnavailableError):
        await issue.answers(comment)
    assert await issue.answers(comment) == "answered"
    assert len(issue.replies) == 1


async def test_a_reply_that_is_deleted_before_its_job_has_ended_is_posted_anew_once(issue: Thread) -> None:
    """The job runs again, as where its worker has died."""
    comment = issue.says("/audit explain Cart")
    there = []
    for _ in range(3):
        await issue.answers(comment)
        there.append(len(issue.replies))
        for reply in issue.replies:
            issue.shop.standin.delete_comment(issue.shop.name, reply.id, issue.shop.person)
    assert there == [1, 1, 0]


async def test_somebody_else_s_comment_with_our_marker_is_left_alone(issue: Thread) -> None:
    comment = issue.says("/audit help")
    theirs = issue.says(f"{reply_marker(comment.id)}\nMine!")
    await issue.answers(comment)
    state = issue.shop.standin.state
    assert next(each for each in state.comments(issue.issue) if each.id == theirs.id).body.endswith("Mine!")
    assert len(issue.replies) == 1


async def test_a_newer_job_for_the_same_comment_goes_before_an_older_one(issue: Thread) -> None:
    job = issue.job(issue.says("/audit help"))
    queue = issue.tools.queue
    older, _ = await queue.enqueue(job), await queue.enqueue(job)
    with pytest.raises(SupersededError):
        async with turn(queue, job, older) as held:
            await answer(job, held, issue.tools)
    assert issue.replies == []


# --- what goes wrong --------------------------------------------------------------------------------------------------


async def test_a_policy_that_cannot_be_used_is_told_with_its_lines(site: Site, tools: Tools) -> None:
    shop = site.shop({**FILES, ".github/fifthwhy.yml": POLICY + "legasy: []\n"})
    thread = Thread(shop, shop.standin.open_issue(shop.name, "Ask", None, shop.person), tools)
    comment = thread.says("/audit\n/audit policy")
    await thread.answers(comment)
    (reply,) = thread.replies
    assert reply.body.count("legasy") >= 2
    assert "[line 4](" in reply.body
    assert "cannot be used on `main`" in reply.body
    assert thread.reactions(comment) == ["confused"]


async def test_when_the_time_is_over_the_reply_says_so_and_has_what_was_done(issue: Thread) -> None:
    comment = issue.says("/audit history\n/audit help")
    assert await issue.answers(comment, seconds=0.001) == "answered"
    (reply,) = issue.replies
    assert "took too long" in reply.body
    assert "| `/audit history` |" in reply.body


@pytest.mark.parametrize("command", ["/audit history", "/audit"])
async def test_a_past_that_is_too_long_is_looked_at_in_the_background_and_the_answer_is_right_as_far_as_it_goes(
    old: Thread, redis: Redis, command: str
) -> None:
    comment = old.says(command)
    assert await old.answers(comment, pace=Pace(to_look_back=0)) == "answered"
    (reply,) = old.replies
    assert "The rest is looked at in the background" in reply.body
    assert "2 earlier samples could not be looked at" in reply.body
    installation = old.shop.standin.app.installation.id
    assert jobs(redis) == [LookBackJob(installation, old.shop.repository.id, "main", "delivery-1")]


async def test_a_past_that_was_looked_at_is_told_week_by_week(old: Thread, redis: Redis) -> None:
    body = await old.answered("/audit history")
    assert "3 samples from" in body
    assert "```mermaid" in body
    assert jobs(redis) == []


async def test_the_reply_tells_how_far_the_work_is(old: Thread) -> None:
    comment = old.says("/audit")
    requests = old.shop.standin.requests
    before = len(requests)
    await old.answers(comment, pace=Pace(said_every=0))
    edits = [each for each in requests[before:] if each.method == "PATCH"]
    assert len(edits) > 3
    assert "working on it" not in old.replies[0].body


@pytest.fixture
def without_checks(site: Site) -> Iterator[None]:
    """The installation has not accepted all that the App asks for."""
    everything = dict(site.standin.app.permissions)
    some = {name: level for name, level in everything.items() if name not in ("checks", "statuses")}
    site.standin.owner.have_accepted("acme", some)
    yield
    site.standin.owner.have_accepted("acme", everything)


@pytest.mark.usefixtures("without_checks")
async def test_without_a_permission_the_report_says_what_it_did_not_look_at(site: Site, tools: Tools) -> None:
    suites = "suites: [{name: Unit, checks: [unit*]}]\n"
    shop = site.shop({**FILES, ".github/fifthwhy.yml": POLICY + suites})
    thread = Thread(shop, shop.standin.open_issue(shop.name, "Ask", None, shop.person), tools)
    body = await thread.answered("/audit")
    assert "Pull requests and suites were not looked at" in body
    assert "Five whys" in body


async def test_when_github_fails_on_the_way_the_job_is_put_off_and_the_command_keeps_its_eyes(issue: Thread) -> None:
    comment = issue.says("/audit help")
    issue.shop.fails("POST", "/issues/*/comments", 503)
    with pytest.raises(GitHubUnavailableError):
        await issue.answers(comment)
    assert issue.reactions(comment) == ["eyes"]


async def test_a_command_that_is_given_up_is_told_so(issue: Thread) -> None:
    comment = issue.says("/audit history")
    job, queue = issue.job(comment), issue.tools.queue
    async with turn(queue, job, await queue.enqueue(job)) as held:
        await tell_unanswered(job, "3f2a9c", held, issue.tools)
    (reply,) = issue.replies
    assert "reference `3f2a9c`" in reply.body
    assert issue.reactions(comment) == ["confused"]
