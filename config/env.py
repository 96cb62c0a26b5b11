"""Every value that differs by place, read once. A bad one stops the start."""

from environs import Env

env = Env()


def required_in_production(name: str, *, production: bool, development: str) -> str:
    """Return the variable, or the development value where that is allowed.

    Args:
        name: the environment variable.
        production: whether this process serves real people.
        development: what stands in for it on a developer's machine.

    Raises:
        environs.EnvError: production has no such variable.
    """
    if production:
        value: str = env.str(name)
        return value
    return str(env.str(name, development))
