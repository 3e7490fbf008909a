from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders import commands, queries
from shopflow.lib.http import SeeOther, private, remember_cart, shopper_of
from shopflow.lib.transactions import acting_as


@require_POST
@private
def reorder(request: HttpRequest, number: str) -> HttpResponse:
    """Put what is still sold of an order into the cart, and say what isn't."""
    shopper, token = shopper_of(request), request.GET.get("token", "")
    with queries.opened(number=number, token=token, user_id=shopper.user_id) as order:
        order_id = order.pk
    with acting_as(shopper.user_id, guest_order=order_id if token else None):
        done = commands.reorder(order_id=order_id, **shopper.cart)
    messages.success(request, _("It's in your cart, at today's prices."))
    for item in done.missing:
        left_out = _("Left out, as we don't have it any more: %(name)s")
        messages.warning(request, left_out % {"name": item.product_name})
    response = SeeOther(reverse("carts:detail"))
    if done.token:
        remember_cart(response, done.token)
    return response
