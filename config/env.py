"""Every value that differs by place, read once. A bad one stops the start."""

from urllib.parse import unquote, urlsplit

from environs import Env, EnvError

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


def mail_settings(url: str) -> dict[str, str | int | bool]:
    """Return Django's mail settings for one address.

    Args:
        url: ``smtp://user:password@host:587`` (STARTTLS), ``smtps://…:465`` (TLS from
            the start), ``file:///folder``, ``console://``.

    Raises:
        environs.EnvError: no way of sending is called like that.
    """
    parts = urlsplit(url)
    backend = "django.core.mail.backends"
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": f"{backend}.console.EmailBackend"}
    if parts.scheme == "file" and parts.path:
        return {
            "EMAIL_BACKEND": f"{backend}.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise EnvError(
            "EMAIL_URL: expected smtp://user:password@host:587, smtps://…, "
            "file:///folder or console://"
        )
    return {
        "EMAIL_BACKEND": f"{backend}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and parts.port not in {25, 1025},
    }
