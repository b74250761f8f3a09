"""How a planner works a page: with a pointer whose clicks are counted, or with the keys alone."""

from typing import Protocol

from playwright.sync_api import Locator, expect

from tests.browser.visit import Visit

_MOST_TABS = 200


class Hands(Protocol):
    """What both ways of working can do."""

    clicks: int

    def press(self, control: Locator) -> None:
        """Press a button, a link or a row."""

    def choose(self, box: Locator, value: str) -> None:
        """Choose an entry of a list."""

    def write(self, box: Locator, text: str) -> None:
        """Write over what stands in a box."""

    def place(self, longitude: float, latitude: float) -> None:
        """Press the map: at this place, or by keys in its middle."""


class Pointer:
    """Clicks; opening a list and choosing its entry are two."""

    def __init__(self, visit: Visit) -> None:
        self.clicks = 0
        self._visit = visit

    def press(self, control: Locator) -> None:
        self.clicks += 1
        control.click()

    def choose(self, box: Locator, value: str) -> None:
        self.clicks += 2
        box.select_option(value)

    def write(self, box: Locator, text: str) -> None:
        self.clicks += 1
        box.fill(text)
        box.press("Tab")

    def place(self, longitude: float, latitude: float) -> None:
        self.clicks += 1
        self._visit.click(longitude, latitude)


class Keys:
    """The keyboard alone: Tab to what is wanted, as often as it takes, then Enter, or arrows in a list."""

    def __init__(self, visit: Visit) -> None:
        self.clicks = 0
        self._page = visit.page

    def press(self, control: Locator) -> None:
        self._go_to(control)
        self._page.keyboard.press("Enter")

    def choose(self, box: Locator, value: str) -> None:
        self._go_to(box)
        values = box.locator("option").evaluate_all("all => all.map(one => one.value)")
        self._page.keyboard.press("Home")
        expect(box).to_have_value(values[0])
        for passed in values[1 : values.index(value) + 1]:
            self._page.keyboard.press("ArrowDown")
            expect(box).to_have_value(passed)

    def write(self, box: Locator, text: str) -> None:
        self._go_to(box)
        self._page.keyboard.press("Control+A")
        self._page.keyboard.type(text)
        self._page.keyboard.press("Tab")

    def place(self, longitude: float, latitude: float) -> None:  # noqa: ARG002 the middle is where the keys press
        self._go_to(self._page.locator(".canvas canvas"))
        self._page.keyboard.press("Enter")

    def _go_to(self, control: Locator) -> None:
        control.wait_for(state="visible")
        for _ in range(_MOST_TABS):
            if control.evaluate("one => one === document.activeElement"):
                # What is worked has to be seen, too.
                assert control.evaluate("one => one.matches(':focus-visible')")
                return
            self._page.keyboard.press("Tab")
        raise AssertionError(f"no way by keys to {control}")
