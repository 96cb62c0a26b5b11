"""`make bench`: services of their own, then the measuring."""

from tools.stack import browser, demo, kernel, say, venv
from tools.stack.places import PYTHON, Places
from tools.stack.say import Stop
from tools.stack.stack import AlreadyRuns, only_one, services
from tools.stack.supervisor import Interrupted, signals_interrupt
from tools.stack.valkey import free_port

PLACES = Places("bench")


def bench(arguments: list[str]) -> int:
    """Measure a full house against its bounds. QUICK=1: a tenth of the rows.

    Raises:
        Stop: another bench runs in this checkout, or this one was interrupted.
    """
    try:
        with signals_interrupt(), only_one(PLACES):
            say.line("Preparing")
            # The board is measured in a browser, which only tests need otherwise.
            venv.ensure("dev")
            chrome = browser.ensure()
            with (
                kernel.compiling() as kernel_ready,
                services(PLACES, durable=True) as stack,
            ):
                demo.add_environment(stack, free_port())
                if chrome:
                    stack.environment["CHROME"] = chrome
                kernel_ready()
                return stack.foreground([str(PYTHON), "-m", "bench", *arguments])
    except AlreadyRuns as error:
        raise Stop("Another bench is under way in this checkout.") from error
    except Interrupted as error:
        raise Stop("Interrupted: the services of the bench were stopped.") from error
