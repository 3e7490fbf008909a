"""Every address of the shop."""

from pathlib import Path

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.static import serve

from catalog.views import crawlers
from payments.views import webhook
from shopflow import api, views
from shopflow.health.page import page as health
from shopflow.mails import mailbox
from shopflow.mails import page as mails

handler404 = "shopflow.views.not_found"
handler500 = "shopflow.views.server_error"

urlpatterns = [
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    # For staff as Django knows them, but without our transaction around: it opens its own.
    path("admin/health/", admin.AdminSite.admin_view(admin.site, health), name="health"),
    path("admin/components/", admin.site.admin_view(views.components), name="components"),
    path("admin/mails/", admin.site.admin_view(mails.page), name="mails"),
    path(
        "admin/mails/<slug:app>/<slug:kind>/",
        admin.site.admin_view(mails.preview),
        name="mail-preview",
    ),
    path(
        "admin/mails/<slug:app>/<slug:kind>/html/",
        admin.site.admin_view(mails.preview_html),
        name="mail-preview-html",
    ),
    path("admin/accounts/user/", include("shopflow.privacy.staff")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
    *(mailbox.urlpatterns if settings.MAILBOX else []),
    path("webhooks/payments/<slug:provider>/", webhook, name="webhook"),
    # Pictures are small and immutable; a proxy or CDN in front takes this over in production, for
    # these folders: beside them stand invoices and import files, which are not for everybody.
    *(
        re_path(
            rf"^media/{folder}/(?P<path>.+)$",
            serve,
            {"document_root": Path(settings.MEDIA_ROOT, folder)},
        )
        for folder in ("brands", "products", "reviews")
    ),
    # For machines, in no language.
    path("robots.txt", crawlers.robots, name="robots"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path("sitemaps/shelves.xml", crawlers.sitemap_shelves, name="sitemap-shelves"),
    path("sitemaps/products-<int:part>.xml", crawlers.sitemap_products, name="sitemap-products"),
    path("feeds/products.xml", crawlers.feed, name="product-feed"),
    *i18n_patterns(
        path("", include("catalog.urls")),
        path("", include("carts.urls")),
        path("", include("orders.urls")),
        path("", include("payments.urls")),
        path("", include("accounts.urls")),
        path("", include("shopflow.privacy.urls")),
        prefix_default_language=False,
    ),
]
