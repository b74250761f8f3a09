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
    most
        What the answers that are kept may weigh together; None for any weight. One that is heavier alone is
        given and not kept.
    weigh
        Tells the weight of an answer.
    """

    def __init__(
        self, size: int = SIZE, *, most: int | None = None, weigh: Callable[[Any], int] = len
    ) -> None:
        self._size, self._most, self._weigh = size, most, weigh
        self._weights: dict[Hashable, int] = {}
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
                    gone, _ = self._known.popitem(last=False)
                    self._weights.pop(gone, None)
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
        if self._most is not None:
            self._bound(name, future, self._weigh(answer), self._most)
        return answer

    def known(self, name: Hashable) -> Any | None:  # noqa: ANN401 whatever was made under the name
        """Give what is known under a name already; None when it has to be made, or is being made just now."""
        with self._lock:
            known = self._known.get(name)
            if known is None or not known[0].done() or known[0].exception() is not None:
                return None
            self._known.move_to_end(name)
        return known[0].result()

    def _bound(self, name: Hashable, future: Future[Any], weight: int, most: int) -> None:
        """Let the answers used longest ago go until the others, this one among them, weigh little enough."""
        with self._lock:
            known = self._known.get(name)
            if known is None or known[0] is not future:
                return  # it has gone already
            self._weights[name] = weight
            if weight > most:
                del self._known[name], self._weights[name]
            while sum(self._weights.values()) > most:
                oldest = next(one for one in self._known if one in self._weights)
                del self._known[oldest], self._weights[oldest]


def _key(value: object) -> Hashable:
    return (type(value), value) if isinstance(value, _BY_VALUE) else id(value)
