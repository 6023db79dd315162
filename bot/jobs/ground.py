"""The ground that commands are answered on: a repository's commits, fetched, and the policy in force there."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from analyzers.places import Repository as ReportedRepository
from analyzers.policy import LARGEST_POLICY, POLICY_PATHS, Policy
from analyzers.policy_parts import PolicyParts, Said, parts_of
from analyzers.policy_places import policy_lines
from analyzers.source_name import OWNERS_DEFAULT
from bot.git.git import Remote
from bot.git.mirror import Mirror, mirror_path
from bot.git.object_reader import Repository
from bot.github.records import PullRequest, Session
from bot.jobs.problems import NoMergeBaseError
from bot.jobs.tools import Tools
from bot.measuring.measure import Comparison, InvalidPolicyError, PolicyFile, policy_in_force
from bot.policies.sources import Sources, layers_below

_DEFAULTS = PolicyFile(Policy(), None, None)


class Asked(msgspec.Struct, frozen=True):
    """What is to be fetched: a branch and, where the question is about a pull request, that one's head."""

    repository_id: int
    session: Session
    branch: str
    pull: PullRequest | None
    sources: Sources


class Ground(msgspec.Struct, frozen=True):
    """What was fetched. `tip` is the branch's commit; `head` the pull request's, or the same.

    Where the policy of the branch cannot be used, `fault` says why, and `policy` is the default.
    """

    mirror: Mirror
    repository: ReportedRepository
    asked: Asked
    head: str
    tip: str
    policy: PolicyFile
    fault: InvalidPolicyError | None = None

    @property
    def state(self) -> Comparison:
        """The branch as it is."""
        return self._comparison(self.tip, None)

    @property
    def change(self) -> Comparison:
        """The pull request against its merge base. Raises NoMergeBaseError."""
        base = self.mirror.repository.merge_base(self.tip, self.head)
        if base is None:
            raise NoMergeBaseError(self.asked.branch, self.head)
        return self._comparison(self.head, base)

    def _comparison(self, head: str, base: str | None) -> Comparison:
        pull = self.asked.pull if base else None
        return Comparison(
            head=head,
            base=base,
            policy_at=self.tip,
            repository=self.repository,
            pull_request=None if pull is None else pull.number,
            sources=self.asked.sources,
            whole=True,
        )

    def policy_parts(self) -> PolicyParts:
        """What each part of the policy says, and which file does. Blocks where it extends others."""
        own = _own_policy(self.mirror.repository, self.tip)
        if self.fault is not None or (own is None and self.policy.path is None):
            return parts_of(self.policy.policy, ())
        if own is None:
            text = self.asked.sources.fetch(OWNERS_DEFAULT).text
            files = [Said(str(OWNERS_DEFAULT), policy_lines(text))]
            below = layers_below(text, self.asked.sources, (OWNERS_DEFAULT,))
        else:
            files = [Said(None, policy_lines(own))]
            below = layers_below(own, self.asked.sources)
        files += [Said(layer.name, policy_lines(layer.text)) for layer in below]
        return parts_of(self.policy.policy, files)


def ground_of(asked: Asked, tools: Tools) -> Ground:
    """Fetch, and read the policy. Blocks. Raises GitError, and what may stand in the way of a policy elsewhere."""
    web = f"{tools.web_url}/{asked.session.full_name}"
    remote = Remote(f"{web}.git", token=asked.session.token, plain_http=web.startswith("http://"))
    host = urlsplit(tools.web_url).hostname or ""
    mirror = Mirror(mirror_path(tools.data_dir, host, asked.repository_id), tools.mirror_limits)
    branch = f"refs/heads/{asked.branch}"
    head = branch if asked.pull is None else f"refs/pull/{asked.pull.number}/head"
    commits = mirror.fetch(remote, list(dict.fromkeys([head, branch])))
    reported = ReportedRepository(asked.session.full_name, web)
    ground = Ground(mirror, reported, asked, commits[head], commits[branch], _DEFAULTS)
    try:
        policy = policy_in_force(mirror.repository, ground.state)
    except InvalidPolicyError as fault:
        return msgspec.structs.replace(ground, fault=fault)
    return msgspec.structs.replace(ground, policy=policy)


def _own_policy(repository: Repository, commit: str) -> bytes | None:
    blobs = {entry.path: entry.blob for entry in repository.entries(commit, POLICY_PATHS) if entry.kind == "file"}
    path = next((path for path in POLICY_PATHS if path in blobs), None)
    if path is None:
        return None
    _, content = next(iter(repository.blobs([blobs[path]], LARGEST_POLICY)))
    return content if isinstance(content, bytes) else None
