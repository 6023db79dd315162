"""The checks tab of a pull request: buttons that run a check again or do what a check run offers.

Source: https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/using-webhooks-with-github-apps
and https://docs.github.com/en/rest/guides/using-the-rest-api-to-interact-with-checks.
"""

from bot.demo.events import check_run_event, check_suite_event
from bot.demo.profiles import JSON
from bot.demo.records import CheckRun, Person
from bot.demo.state import NotFoundError, State
from bot.demo.webhooks import Webhooks


class CheckPage:
    """What people do with check runs. Each method returns when its webhook was answered."""

    def __init__(self, state: State, webhooks: Webhooks) -> None:
        self._state = state
        self._webhooks = webhooks

    def runs(self, full_name: str, commit: str) -> list[CheckRun]:
        """The App's own check runs of a commit, oldest first."""
        runs = self._state.verdicts.check_runs(self._state.repository(full_name), commit, latest=False)
        return [run for run in runs[::-1] if run.own]

    def rerun(self, run: CheckRun, by: Person) -> None:
        """Ask for a check run once more; delivers `check_run.rerequested`. The run itself stays as it is."""
        self._deliver("rerequested", run, by)

    def press(self, run: CheckRun, identifier: str, by: Person) -> None:
        """Press one of a run's buttons; delivers `check_run.requested_action`."""
        repository = self._state.repository_with_id(run.repository_id)
        now = self._state.verdicts.check_run(repository, run.id) if repository else None
        if now is None or identifier not in {button.identifier for button in now.actions}:
            raise NotFoundError(f"the check run has no button {identifier}")
        self._deliver("requested_action", now, by, {"requested_action": {"identifier": identifier}})

    def rerun_all(self, run: CheckRun, by: Person) -> None:
        """Ask for all checks of the run's suite once more; delivers `check_suite.rerequested`."""
        repository = self._state.repository_with_id(run.repository_id)
        if repository is not None:
            self._webhooks.deliver(check_suite_event(self._state, "rerequested", repository, run, by.user))

    def _deliver(self, action: str, run: CheckRun, by: Person, details: JSON | None = None) -> None:
        repository = self._state.repository_with_id(run.repository_id)
        if repository is not None:
            self._webhooks.deliver(check_run_event(self._state, action, repository, run, by.user, details))
