from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "shopflow.lib"
    label = "lib"
    verbose_name = "Behind the scenes"

    def ready(self) -> None:
        from shopflow.lib import receivers  # noqa: F401 - connects them
        from shopflow.lib.audit import logins  # noqa: F401 - connects them
