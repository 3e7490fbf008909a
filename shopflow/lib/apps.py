from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "shopflow.lib"
    label = "lib"
    verbose_name = "Foundations"
