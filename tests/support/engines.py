"""An engine without processes, and what to do with one."""

from movieclassifier.training.engines.tasks import Task


def results(engine, *tasks):
    return dict(engine.run([Task(function, arguments) for function, *arguments in tasks]))


class InProcess:
    """An engine without processes, which computes the last task first."""

    n_workers = 1

    def __init__(self, n_workers=1, dies_at=None):
        self.n_workers, self.n_left = n_workers, dies_at

    def run(self, tasks, forgiving=False):
        for number in reversed(range(len(tasks))):
            if self.n_left is not None:
                self.n_left -= 1
                if self.n_left < 0:
                    raise KeyboardInterrupt
            yield number, tasks[number].function(*tasks[number].arguments)

    def share(self, value):
        return value

    def expect(self, n_bytes):
        pass

    def drop(self, shared):
        pass

    def run_on_machines(self, task):
        task.function(*task.arguments)

    def close(self):
        pass
