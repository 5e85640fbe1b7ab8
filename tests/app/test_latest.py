from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from app.fitting.jobs import Jobs
from app.fitting.latest import Latest
from xps.cancel import Cancelled


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.shut_down()


def test_an_answer_is_worked_out_on_another_thread_and_shown_on_this_one(
    qtbot: QtBot, jobs: Jobs
) -> None:
    latest, threads = Latest(jobs), []
    latest.ask(
        lambda _: QThread.currentThread(),
        lambda worked: threads.extend([worked, QThread.currentThread()]),
    )
    qtbot.waitUntil(lambda: not latest.is_waiting)
    worked, shown = threads
    assert shown is QThread.currentThread()
    assert worked is not shown


def test_only_the_last_question_is_answered(qtbot: QtBot, jobs: Jobs) -> None:
    latest, go_on, shown = Latest(jobs), threading.Event(), []
    latest.ask(lambda _: (go_on.wait(10), "first")[1], shown.append)
    for word in ("second", "third"):
        latest.ask(lambda _, word=word: word, shown.append)
    go_on.set()
    qtbot.waitUntil(lambda: not latest.is_waiting)
    assert shown == ["third"]


def test_work_on_a_question_ends_once_another_is_asked(qtbot: QtBot, jobs: Jobs) -> None:
    latest, ended, shown = Latest(jobs), threading.Event(), []

    def work(cancelled: Cancelled) -> str:
        while not cancelled():
            pass
        ended.set()
        return "first"

    latest.ask(work, shown.append)
    latest.ask(lambda _: "second", shown.append)
    qtbot.waitUntil(ended.is_set)
    qtbot.waitUntil(lambda: not latest.is_waiting)
    assert shown == ["second"]


def test_nothing_keeps_what_was_answered(qtbot: QtBot, jobs: Jobs) -> None:
    class Answer:
        pass

    latest, answer = Latest(jobs), Answer()
    alive = weakref.ref(answer)
    latest.ask(lambda _, answer=answer: answer, lambda _: None)
    del answer
    qtbot.waitUntil(lambda: not latest.is_waiting)

    def is_gone() -> bool:
        gc.collect()
        return alive() is None

    qtbot.waitUntil(is_gone)


def test_an_answer_does_not_wait_for_long_work(qtbot: QtBot, jobs: Jobs) -> None:
    go_on, shown = threading.Event(), []
    for _ in range(QThread.idealThreadCount()):
        jobs.run("long work", lambda _: go_on.wait(10), lambda _: None, lambda _: None)
    latest = Latest(jobs)
    latest.ask(lambda _: "there", shown.append)
    qtbot.waitUntil(lambda: shown == ["there"])
    go_on.set()
    qtbot.waitUntil(lambda: not jobs.running)
