"""Trends: which metrics have one, and where their last weeks lead."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.findings import Metric
from analyzers.history import History, moment
from analyzers.policy import Policy, read_policy
from analyzers.status import Projection, Trend, Turn
from analyzers.trend import since_of, trends_of
from tests.analyzers.pasts import HEAD, WEEK, before, history, weekly

DAY = dt.timedelta(days=1)
NO_POLICY = Policy()
DUE_IN_MAY = read_policy(b"metrics:\n  imports.fragmented: {due: 2026-05-01}\n")


def only(past: History, policy: Policy = NO_POLICY) -> Trend:
    (trend,) = trends_of(past, policy)
    return trend


def leads(past: History, policy: Policy = NO_POLICY) -> Projection:
    projection = only(past, policy).projection
    assert projection is not None
    return projection


def test_a_metric_off_target_has_a_trend_with_all_its_points() -> None:
    trend = only(weekly(imports_fragmented=[9, 7, 8]))

    assert (trend.metric, trend.unit, trend.target) == ("imports.fragmented", "import sites", 0)
    assert [point.value for point in trend.points] == [9, 7, 8]
    assert trend.points[-1].commit == HEAD


def test_a_metric_on_target_has_a_trend_only_where_the_policy_plans_for_it() -> None:
    past = weekly(imports_fragmented=[9, 4, 0])

    assert trends_of(past, NO_POLICY) == ()
    assert only(past, DUE_IN_MAY).projection is None, "it is there already"


def test_the_target_is_that_of_the_policy() -> None:
    policy = read_policy(b"metrics:\n  imports.fragmented: {target: 8}\n")
    past = weekly(imports_fragmented=[20, 18, 16])

    assert only(past, policy).target == 8
    assert leads(past, policy).reached == "2026-03-30"


def test_a_rule_that_is_switched_off_has_no_trend_whatever_is_planned() -> None:
    policy = read_policy(b"rules: {imports.fragmented: off}\nmetrics:\n  imports.fragmented: {target: 0}\n")

    assert trends_of(weekly(imports_fragmented=[0, 0, 0]), policy) == ()


def test_a_share_is_told_in_percent_and_gets_better_upwards() -> None:
    past = weekly(imports_canonical_usage=[900, 910, 920])
    trend, projection = only(past), leads(past)

    assert [point.value for point in trend.points] == [90.0, 91.0, 92.0]
    assert (projection.weekly, projection.reached) == (1.0, (moment(HEAD).date() + 8 * WEEK).isoformat())
    assert trend.flows == (), "it has no findings that could come or go"


def test_findings_that_came_and_went_are_counted_by_their_metric_in_each_period() -> None:
    past = weekly(imports_fragmented=[5, 8, 6], imports_legacy=[1, 1, 4])
    fragmented, legacy = trends_of(past, NO_POLICY)

    assert [(each.introduced, each.fixed) for each in fragmented.flows] == [(3, 0), (0, 2)]
    assert [(each.introduced, each.fixed) for each in legacy.flows] == [(0, 0), (3, 0)]


def test_calls_that_came_are_not_told_of_a_metric_that_counts_patterns() -> None:
    assert only(weekly(auth_patterns=[1, 2, 3])).flows == ()


def test_the_rate_is_the_net_change_of_the_last_four_weeks() -> None:
    projection = leads(weekly(imports_fragmented=[500, 400, 60, 90, 52, 50, 40]))

    assert (projection.weeks, projection.weekly) == (4, -5.0)
    assert projection.reached == (moment(HEAD).date() + 8 * WEEK).isoformat()


def test_a_newest_sample_that_goes_the_other_way_is_told_beside_the_rate() -> None:
    rising, falling = leads(weekly(imports_fragmented=[10, 36, 85, 65])), leads(weekly(imports_fragmented=[90, 80, 70]))

    assert rising.weekly > 0
    assert rising.turn == Turn("2026-02-23", -20.0)
    assert falling.turn is None


def test_what_stands_in_a_file_that_could_not_be_read_before_moves_the_figure_apart() -> None:
    past = weekly(imports_fragmented=[5, 8, 6])
    came_less = msgspec.structs.replace(past.periods[0], introduced=past.periods[0].introduced[:1])
    past = msgspec.structs.replace(past, periods=(came_less, past.periods[1]))

    assert [(each.introduced, each.apart) for each in only(past).flows] == [(1, 2), (0, 0)]


def partly_read(past: History, *numbers: int) -> History:
    """The same, where in these periods something could be read at one end only: nothing came or went by that."""
    periods = tuple(
        msgspec.structs.replace(each, introduced=(), fixed=(), comparable=False) if number in numbers else each
        for number, each in enumerate(past.periods)
    )
    return msgspec.structs.replace(past, periods=periods)


@pytest.mark.parametrize(
    ("values", "periods"),
    [
        pytest.param([8, 8, 6, 4, 2], (1, 2, 3), id="one file after another cannot be read"),
        pytest.param([7, 1, 1, 7, 7], (0, 2), id="a file that could not be read is put right"),
    ],
)
def test_what_could_be_read_at_one_of_two_samples_only_makes_no_rate(values: list[int], periods: tuple[int]) -> None:
    trend = only(partly_read(weekly(imports_fragmented=values), *periods), DUE_IN_MAY)

    assert trend.projection == Projection(0.0, 4, None, in_time=False)
    assert [point.value for point in trend.points] == values


def test_what_came_and_went_beside_that_does() -> None:
    projection = leads(partly_read(weekly(imports_fragmented=[20, 18, 6, 4, 2]), 1), DUE_IN_MAY)

    assert (projection.weekly, projection.reached) == (-1.5, "2026-03-12")


def test_a_share_has_no_rate_from_samples_at_which_other_files_could_be_read() -> None:
    past = weekly(imports_canonical_usage=[900, 900, 300, 900, 910])

    assert leads(past).weekly != 0
    for period in (2, 3):
        trend = only(partly_read(past, period))
        assert (trend.projection, trend.comparable) == (None, False)
    assert only(partly_read(past, 0)).projection is not None
    assert leads(partly_read(past, 1)).weekly == leads(weekly(imports_canonical_usage=[300, 900, 910])).weekly


def test_where_there_are_too_few_points_anyway_reading_is_not_to_blame() -> None:
    trend = only(partly_read(weekly(imports_canonical_usage=[900, 910]), 0))

    assert (trend.projection, trend.comparable) == (None, True)


def test_a_past_that_begins_with_nothing_to_count_says_so() -> None:
    assert only(weekly(imports_fragmented=[0, 7, 8], among=None)).from_nothing
    assert not only(weekly(imports_fragmented=[0, 7, 8])).from_nothing


def test_what_has_no_denominator_begins_with_nothing_where_there_is_no_production_file() -> None:
    def trend(files: int) -> Trend:
        past = weekly(imports_cycles=[0, 1, 2], ssot_compliance=[files, 80, 80])
        first = msgspec.structs.replace(
            past.samples[0],
            metrics=tuple(msgspec.structs.replace(each, among=files) for each in past.samples[0].metrics),
        )
        return trends_of(msgspec.structs.replace(past, samples=(first, *past.samples[1:])), NO_POLICY)[0]

    assert trend(0).metric == "imports.cycles"
    assert trend(0).from_nothing
    assert not trend(80).from_nothing


def test_where_samples_are_far_apart_the_last_three_tell_the_rate() -> None:
    projection = leads(weekly(imports_fragmented=[90, 60, 54, 48], step=3 * WEEK))

    assert (projection.weeks, projection.weekly) == (6, -2.0)


@pytest.mark.parametrize("ages", [[], [WEEK], [4 * WEEK], [13 * DAY, WEEK]])
def test_fewer_than_three_samples_or_less_than_two_weeks_lead_nowhere(ages: list[dt.timedelta]) -> None:
    values = list(range(50, 50 - len(ages) - 1, -1))

    assert only(history([*ages, 0 * DAY], imports_fragmented=values)).projection is None


def test_three_samples_over_two_weeks_are_enough() -> None:
    assert leads(history([2 * WEEK, DAY, 0 * DAY], imports_fragmented=[50, 48, 48])).weekly == -1.0


@pytest.mark.parametrize("values", [[40, 40, 40, 40, 40], [40, 42, 44, 45, 46]])
def test_what_stays_or_moves_away_gets_there_at_no_date(values: list[int]) -> None:
    projection = leads(weekly(imports_fragmented=values), DUE_IN_MAY)

    assert (projection.reached, projection.in_time) == (None, False)


def test_what_takes_more_than_five_years_is_not_reached_at_this_rate() -> None:
    assert leads(weekly(imports_fragmented=[264, 263, 262, 261, 260])).reached is not None
    assert leads(weekly(imports_fragmented=[266, 265, 264, 263, 262])).reached is None


@pytest.mark.parametrize("values", [[20, 90, 85, 70, 60], [20, 40, 40, 30, 20]])
def test_where_only_the_later_half_gets_better_it_is_too_soon_to_tell(values: list[int]) -> None:
    projection = leads(weekly(imports_fragmented=values), DUE_IN_MAY)

    assert (projection.steady, projection.reached, projection.in_time) == (False, None, None)


@pytest.mark.parametrize(
    ("values", "rate"),
    [
        pytest.param([1_090, 19, 34, 42, 227], 96.5, id="one good commit is no trend"),
        pytest.param([90, 40, 20, 50, 60], 20.0, id="it has turned for the worse"),
        pytest.param([60, 40, 20, 20, 20], 0.0, id="it has come to a halt"),
        pytest.param([1, 1, 31, 31, 31], 0.0, id="it has come to a halt where it is worse"),
        pytest.param([31, 31, 31, 31, 31], 0.0, id="it never moved"),
    ],
)
def test_where_the_later_half_stands_still_or_gets_worse_it_does_not_come_in_time(
    values: list[int], rate: float
) -> None:
    projection = leads(weekly(imports_fragmented=values), DUE_IN_MAY)

    assert (projection.weekly, projection.reached, projection.in_time) == (rate, None, False)


def test_a_share_that_grows_by_what_is_added_alone_is_never_all() -> None:
    amongs = [10, 20, 30, 40, 50]
    samples = zip(weekly(ssot_compliance=[5] * 5).samples, amongs, strict=True)
    past = History(
        tuple(
            msgspec.structs.replace(sample, metrics=(Metric("ssot.compliance", among - 5, among - 5, 0, among),))
            for sample, among in samples
        )
    )

    assert [point.value for point in only(past).points] == [50.0, 75.0, 83.3, 87.5, 90.0]
    assert (leads(past).weekly, leads(past).reached) == (3.35, None)
    ninety_five = read_policy(b"metrics:\n  ssot.compliance: {target: 95}\n")
    assert leads(past, ninety_five).reached is not None, "so much of it more of the same does bring"


def test_a_share_is_held_against_what_is_left_of_it() -> None:
    past = weekly(ssot_compliance=[60, 70, 80], among=100)
    assert leads(past).reached == (moment(HEAD).date() + 2 * WEEK).isoformat()
    (point, *_) = only(past).points
    assert (point.value, point.some, point.among) == (60.0, 60, 100)


def test_where_the_later_half_is_slower_that_is_the_rate() -> None:
    projection = leads(weekly(imports_fragmented=[60, 62, 40, 45, 30]), DUE_IN_MAY)

    assert (projection.steady, projection.weekly, projection.weeks) == (True, -5.0, 2)
    assert (projection.reached, projection.in_time) == ("2026-04-13", True)


@pytest.mark.parametrize(("values", "in_time"), [([50, 30, 20], True), ([22, 21, 20], False)])
def test_the_date_is_held_against_the_due_date(values: list[int], *, in_time: bool) -> None:
    assert leads(weekly(imports_fragmented=values), DUE_IN_MAY).in_time is in_time


def test_without_a_due_date_nothing_is_late() -> None:
    assert leads(weekly(imports_fragmented=[22, 21, 20])).in_time is None


@given(
    st.lists(st.integers(0, 300), min_size=1, max_size=9),
    st.lists(st.integers(0, 4_000), min_size=9, max_size=9, unique=True),
    st.sampled_from(["imports_fragmented", "imports_canonical_usage"]),
)
def test_a_projection_is_never_in_the_past_and_leads_towards_the_target(
    values: list[int], days: list[int], name: str
) -> None:
    ages = [dt.timedelta(days=each) for each in sorted(days)[: len(values)]][::-1]
    past = history([*ages[:-1], 0 * DAY], among=300, **{name: values})

    for trend in trends_of(past, NO_POLICY):
        projection = trend.projection
        if projection is None or projection.reached is None:
            continue
        date = dt.date.fromisoformat(projection.reached)
        assert moment(HEAD).date() < date <= moment(HEAD).date() + dt.timedelta(days=5 * 365 + 1)
        assert (projection.weekly >= 0) == (trend.unit == "%")


def test_since_is_the_last_sample_before_that_time() -> None:
    past = weekly(imports_fragmented=[9, 7, 5], imports_canonical_usage=[900, 910, 920])
    since = since_of(past, "2026-02-24T09:30:00Z", "since this issue was opened")

    assert since is not None
    assert (since.why, since.commit) == ("since this issue was opened", before(WEEK))
    assert since.values == {"imports.fragmented": 7, "imports.canonical_usage": 91.0}


@pytest.mark.parametrize("opened", ["2020-01-01T00:00:00Z", "2026-03-02T10:00:01Z"])
def test_there_is_no_since_for_a_time_before_all_samples_or_after_the_last(opened: str) -> None:
    assert since_of(weekly(imports_fragmented=[9, 7, 5]), opened, "since then") is None


def test_a_history_without_samples_has_no_trend() -> None:
    assert trends_of(History(()), NO_POLICY) == ()
    assert since_of(History(()), "2026-03-02T10:00:01Z", "since then") is None
