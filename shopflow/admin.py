"""The staff site: Django's own, subclassed."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class ShopflowAdminSite(admin.AdminSite):
    """Where staff work; every change goes through the shop's commands."""

    site_header = "ShopFlow"
    site_title = "ShopFlow admin"
    index_title = "Your shop"


class ShopflowAdminConfig(AdminConfig):
    default_site = "shopflow.admin.ShopflowAdminSite"
