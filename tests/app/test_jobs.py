import threading
from collections.abc import Iterator
from time import perf_counter

import pytest
from pytestqt.qtbot import QtBot

import app.fitting.jobs
from app.fitting.jobs import Job, Jobs
from xps.errors import FitError, XpsError


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    running = Jobs()
    yield running
    running.shut_down()


def ignore(_: object) -> None:
    """Do nothing with a result."""


def test_work_runs_on_another_thread_and_its_result_arrives_on_this_one(
    qtbot: QtBot, jobs: Jobs
) -> None:
    threads: list[int] = []
    with qtbot.waitSignal(jobs.idle):
        jobs.run(
            "Work",
            lambda job: threading.get_ident(),
            lambda result: threads.extend([result, threading.get_ident()]),
            ignore,
        )
    worker, receiver = threads
    assert receiver == threading.get_ident()
    assert worker != receiver


def test_an_expected_error_arrives_as_such(qtbot: QtBot, jobs: Jobs) -> None:
    errors: list[XpsError] = []

    def work(job: Job) -> None:
        raise FitError("no peak")

    with qtbot.waitSignal(jobs.idle):
        jobs.run("Work", work, ignore, errors.append)
    assert [error.reason for error in errors] == ["no peak"]


def test_an_unexpected_error_reaches_the_handler_of_uncaught_ones(qtbot: QtBot, jobs: Jobs) -> None:
    def work(job: Job) -> None:
        raise ZeroDivisionError("a mistake")

    with qtbot.captureExceptions() as caught, qtbot.waitSignal(jobs.idle):
        jobs.run("Work", work, ignore, ignore)
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]


def test_a_cancelled_job_sees_it_and_its_result_is_dropped(qtbot: QtBot, jobs: Jobs) -> None:
    results: list[object] = []
    began, seen = threading.Event(), threading.Event()

    def work(job: Job) -> str:
        began.set()
        while not job.is_cancelled():
            threading.Event().wait(0.001)
        seen.set()
        return "too late"

    job = jobs.run("Work", work, results.append, ignore)
    assert began.wait(5)
    with qtbot.waitSignal(job.stopped):
        jobs.cancel()
    assert seen.is_set()
    assert results == []


def test_a_cancelled_job_is_over_at_once_whatever_its_thread_does(qtbot: QtBot, jobs: Jobs) -> None:
    began, go_on = threading.Event(), threading.Event()
    ended: list[None] = []

    def work(job: Job) -> None:
        began.set()
        go_on.wait(5)
        job.report(1, 2)

    job = jobs.run("Work", work, ignore, ignore)
    job.ended.connect(lambda: ended.append(None))
    told: list[tuple[int, int]] = []
    jobs.progressed.connect(lambda done, total: told.append((done, total)))
    assert began.wait(5)
    jobs.cancel()
    assert jobs.running == ()
    assert len(ended) == 1
    with qtbot.waitSignal(job.stopped):
        go_on.set()
    assert len(ended) == 1
    assert told == []


def test_progress_is_told_in_order(qtbot: QtBot, jobs: Jobs) -> None:
    told: list[tuple[int, int]] = []
    jobs.progressed.connect(lambda done, total: told.append((done, total)))

    def work(job: Job) -> None:
        for done in range(4):
            job.report(done, 3)

    with qtbot.waitSignal(jobs.idle):
        jobs.run("Work", work, ignore, ignore)
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_shutting_down_waits_for_the_threads(qtbot: QtBot) -> None:
    jobs = Jobs()
    began, ended = threading.Event(), threading.Event()

    def work(job: Job) -> None:
        began.set()
        while not job.is_cancelled():
            threading.Event().wait(0.001)
        ended.set()

    jobs.run("Work", work, ignore, ignore)
    assert began.wait(5)
    jobs.shut_down()
    assert ended.is_set()


def test_an_unseen_job_is_listed_nowhere(qtbot: QtBot, jobs: Jobs) -> None:
    results: list[object] = []
    changes: list[None] = []
    jobs.changed.connect(lambda: changes.append(None))
    job = jobs.run_unseen(lambda job: "done", results.append, ignore)
    with qtbot.waitSignal(job.ended):
        assert jobs.running == ()
    assert results == ["done"]
    assert changes == []


def test_no_job_begins_after_the_end(qtbot: QtBot) -> None:
    jobs, begun = Jobs(), []
    jobs.shut_down()
    jobs.run("Work", begun.append, ignore, ignore)
    jobs.run_unseen(begun.append, ignore, ignore)
    jobs.shut_down()
    assert not begun
    assert not jobs.running


class Asking:
    """Work that asks once whether to stop, after a slice of the processor's time."""

    def __init__(self) -> None:
        self.begun, self.answered = threading.Event(), threading.Event()
        self.answer: bool | None = None

    def __call__(self, job: Job) -> None:
        end = perf_counter() + 5 * app.fitting.jobs._SLICE_S
        while perf_counter() < end:
            pass
        self.begun.set()
        self.answer = job.must_stop()
        self.answered.set()


def test_work_rests_until_the_window_has_dealt_with_what_came_before(
    qtbot: QtBot, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.fitting.jobs, "_PATIENCE_S", 60.0)
    work = Asking()
    jobs.run("Work", work, ignore, ignore)
    assert work.begun.wait(30.0)
    assert not work.answered.wait(0.05)  # this thread sees to no event meanwhile
    qtbot.waitUntil(work.answered.is_set)
    assert work.answer is False


def test_work_goes_on_beside_a_window_that_does_not_come_to_an_end(
    qtbot: QtBot, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.fitting.jobs, "_PATIENCE_S", 0.01)
    work = Asking()
    jobs.run("Work", work, ignore, ignore)
    assert work.answered.wait(30.0)
    assert work.answer is False


def test_cancelled_work_does_not_rest(
    qtbot: QtBot, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.fitting.jobs, "_PATIENCE_S", 60.0)
    work = Asking()
    job = jobs.run("Work", work, ignore, ignore)
    assert work.begun.wait(30.0)
    job.cancel()
    assert work.answered.wait(30.0)
    assert work.answer is True
