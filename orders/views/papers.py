from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from orders import queries
from shopflow.lib.http import pdf, private, shopper_of


@require_safe
@private
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Hand out an order's invoice to its owner or to the guest who has its link.

    `?paper=` names a credit note of the order instead.
    """
    token, user_id = request.GET.get("token", ""), shopper_of(request).user_id
    with queries.opened(number=number, token=token, user_id=user_id) as order:
        paper = queries.paper_of(order_id=order.pk, named=request.GET.get("paper", ""))
    return pdf(paper.pdf, name=str(paper))
