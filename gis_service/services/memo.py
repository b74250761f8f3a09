"""What a process has worked out already: the answers of pure functions, the ones used last."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, ParamSpec, TypeVar, cast

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")

_BY_VALUE = (str, int, float, bool, type(None))
SIZE = 128


class Memo:
    """Answers by question; several threads that ask the same at once wait for one answer.

    Parameters
    ----------
    size
        Number of answers that are kept.
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._known: OrderedDict[Hashable, tuple[Future[Any], object]] = OrderedDict()
        self._lock = threading.Lock()

    def once(
        self, function: Callable[Parameters, Answer], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Answer:
        """Give what a function gives, and remember it.

        Texts and numbers are the same when they are equal; any other argument when it is the same object.
        It is kept alive beside the answer and must never change, as arrays of a study do not.

        Parameters
        ----------
        function
            Gives the same for the same arguments, and changes nothing.
        """
        given = (*args, *(part for named in sorted(kwargs.items()) for part in named))
        key = (function, *(_key(value) for value in given))
        return self.by_name(key, lambda: function(*args, **kwargs), given)

    def by_name(self, name: Hashable, make: Callable[[], Answer], kept: object = None) -> Answer:
        """Give what is known under a name, else what ``make`` gives; a failure is not remembered.

        Parameters
        ----------
        name
            Tells one answer from any other.
        make
            Asked when nothing is known.
        kept
            Objects that live as long as the answer.
        """
        with self._lock:
            known = self._known.get(name)
            if known is not None:
                self._known.move_to_end(name)
            else:
                future: Future[Any] = Future()
                self._known[name] = (future, kept)
                while len(self._known) > self._size:
                    self._known.popitem(last=False)
        if known is not None:
            return cast("Answer", known[0].result())
        try:
            answer = make()
        except BaseException as error:
            with self._lock:
                self._known.pop(name, None)
            future.set_exception(error)
            raise
        future.set_result(answer)
        return answer


def _key(value: object) -> Hashable:
    return (type(value), value) if isinstance(value, _BY_VALUE) else id(value)
