"""Many requests on one thread: while one waits for the database the others run, and what waits together travels together.

The endpoints stay plain synchronous functions. Each runs in a greenlet of its own; a statement parks the greenlet, the hub
sends everything that is parked in one pipeline, hence one round trip and one commit, and resumes each greenlet with its
rows. Outside the hub the same statements run on Django's connection. See docs/decisions/0003-hot-path.md.

A pipeline is one transaction. When it fails nothing of it has happened, and its statements are tried one by one. When the
connection is lost nobody knows what happened: nothing is repeated, and everyone is told to try again.
"""

import asyncio
import contextvars
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from django.db import OperationalError, close_old_connections
from greenlet import getcurrent, greenlet

from audit import offload
from providers.statements.pipeline import Answer, Pipeline

T = TypeVar("T")
MAX_BATCH = 64
MAX_WAITING = 2000
BLOCKING_THREADS = 4


class Unavailable(OperationalError):
    """The statement was not run, or nobody knows whether it was; the caller answers 503."""


class Hubbed(greenlet):
    """A greenlet that a hub runs."""

    hub: "Hub"


@dataclass(eq=False, slots=True)
class Job:
    """A parked statement."""

    text: str
    params: Sequence[Any]
    parked: greenlet


class Hub:
    """One per process. All its methods but `run` and `wait_for` belong to the thread of the loop's own greenlet."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.main = getcurrent()
        self.waiting: list[Job] = []
        self.pump: asyncio.Task[None] | None = None
        self.pipeline: Pipeline | None = None
        self.threads = ThreadPoolExecutor(BLOCKING_THREADS, thread_name_prefix="blocking")

    async def call(self, function: Callable[..., T], *args: Any) -> T:
        """Run a synchronous function; statements inside it go through the hub."""
        done: asyncio.Future[T] = self.loop.create_future()

        def body() -> None:
            try:
                result = function(*args)
            except BaseException as error:  # noqa: BLE001 - handed to the caller
                if not done.done():
                    done.set_exception(error)
            else:
                if not done.done():
                    done.set_result(result)

        child = Hubbed(body, self.main)
        child.gr_context = contextvars.copy_context()
        child.hub = self
        child.switch()
        return await done

    def run(self, text: str, params: Sequence[Any]) -> Answer:
        """Called in a greenlet of the hub: park until the statement has been answered; raises `Unavailable` or database errors."""
        if len(self.waiting) >= MAX_WAITING:
            raise Unavailable("too many statements are waiting")
        self.waiting.append(Job(text, params, getcurrent()))
        if self.pump is None:
            self.pump = self.loop.create_task(self._pump())
        answer: Answer = self.main.switch()
        return answer

    def wait_for(self, function: Callable[[], T]) -> T:
        """Called in a greenlet of the hub: run a blocking function in a thread and park until it is done."""
        parked = getcurrent()
        context = contextvars.copy_context()
        future = self.loop.run_in_executor(self.threads, context.run, _with_connection, function)

        def resume(finished: "asyncio.Future[T]") -> None:
            error = asyncio.CancelledError() if finished.cancelled() else finished.exception()
            if error is not None:
                parked.throw(error)
            else:
                parked.switch(finished.result())

        future.add_done_callback(resume)
        result: T = self.main.switch()
        return result

    async def _pump(self) -> None:
        """Send what is parked until nothing is; what arrives meanwhile is the next batch."""
        jobs: list[Job] = []
        try:
            while self.waiting:
                jobs, self.waiting = self.waiting[:MAX_BATCH], self.waiting[MAX_BATCH:]
                await self._batch(jobs)
        except asyncio.CancelledError:
            # The process is going down: nobody may stay parked.
            stranded, self.waiting = [*jobs, *self.waiting], []
            for job in stranded:
                if not job.parked.dead:
                    job.parked.throw(Unavailable("shutting down"))
            raise
        finally:
            self.pump = None

    async def _batch(self, jobs: list[Job]) -> None:
        try:
            answers = await (await self._connected()).run([(job.text, job.params) for job in jobs])
        except (psycopg.Error, ValueError) as error:
            lost = self.pipeline is None or self.pipeline.closed
            for job in jobs:
                await self._alone(job, error, lost=lost, only=len(jobs) == 1)
            return
        for job, answer in zip(jobs, answers, strict=True):
            job.parked.switch(answer)

    async def _alone(self, job: Job, error: psycopg.Error | ValueError, *, lost: bool, only: bool) -> None:
        """After a failed batch. Once the connection was lost a write may have happened: nothing is repeated."""
        answer: Answer | None = None
        if not lost and not only:
            try:
                (answer,) = await (await self._connected()).run([(job.text, job.params)])
            except (psycopg.Error, ValueError) as own:
                error = own
        if answer is not None:
            job.parked.switch(answer)
        elif lost or isinstance(error, psycopg.OperationalError):
            job.parked.throw(Unavailable(type(error).__name__))
        else:
            job.parked.throw(error)

    async def _connected(self) -> Pipeline:
        if self.pipeline is None or self.pipeline.closed:
            self.pipeline = await Pipeline.connect()
        return self.pipeline


def _with_connection(function: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return function()
    finally:
        close_old_connections()


def current() -> Hub | None:
    """The hub that runs the caller, if one does."""
    here = getcurrent()
    return here.hub if isinstance(here, Hubbed) else None


def _lane(function: Callable[[], object]) -> object:
    hub = current()
    return function() if hub is None else hub.wait_for(function)


offload.use(_lane)
