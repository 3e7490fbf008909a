from django.apps import AppConfig


class ShopflowConfig(AppConfig):
    name = "shopflow"
    verbose_name = "ShopFlow"

    def ready(self) -> None:
        # Tasks declared with @shared_task find their app only once it exists.
        from shopflow import celery  # noqa: F401
