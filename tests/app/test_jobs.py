import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

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
