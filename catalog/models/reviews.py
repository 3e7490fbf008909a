"""What shoppers say about products, and who may say it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models.products import Product
from shopflow.lib.rows import Fact, Row


class ProductReview(Row):
    """What one shopper thinks of a product. Shown once staff have approved it.

    `helpful_votes` is a read model: the number of shoppers whom it helped.
    """

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="reviews", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reviews",
    )
    rating = models.SmallIntegerField()
    title = models.CharField(max_length=200, blank=True, db_default="")
    content = models.TextField(blank=True, db_default="")
    is_approved = models.BooleanField(default=False, db_default=False)
    is_verified_purchase = models.BooleanField(default=False, db_default=False)
    helpful_votes = models.IntegerField(default=0, db_default=0, editable=False)
    reply = models.TextField("the shop's reply", blank=True, db_default="")
    replied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "product_reviews"
        db_table_comment = "What shoppers think of products"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["product", "user"], name="product_reviews_one_per_user"
            ),
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=5), name="product_reviews_rating_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(helpful_votes__gte=0), name="product_reviews_votes_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(reply="", replied_at=None)
                | (~Q(reply="") & Q(replied_at__isnull=False)),
                name="product_reviews_reply_has_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["product", "-id"],
                condition=Q(is_approved=True),
                name="product_reviews_approved_idx",
            ),
            models.Index(
                fields=["product", "-helpful_votes", "-id"],
                condition=Q(is_approved=True),
                name="product_reviews_helpful_idx",
            ),
            models.Index(
                fields=["id"], condition=Q(is_approved=False), name="product_reviews_waiting_idx"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rating} for {self.product_id}"


class ReviewVote(Row):
    """Whether a review helped a shopper."""

    review = models.ForeignKey(
        ProductReview, on_delete=models.CASCADE, related_name="votes", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_votes"
    )
    is_helpful = models.BooleanField()

    class Meta:
        db_table = "review_votes"
        db_table_comment = "Whom reviews helped"
        constraints = (
            models.UniqueConstraint(fields=["review", "user"], name="review_votes_one_per_user"),
        )

    def __str__(self) -> str:
        return f"{'helpful' if self.is_helpful else 'not helpful'}: {self.review_id}"


class ReviewPhoto(Row):
    """A picture a shopper took, shown beside the review."""

    review = models.ForeignKey(
        ProductReview, on_delete=models.CASCADE, related_name="photos", db_index=False
    )
    file = models.ImageField(
        upload_to="reviews/", max_length=200, width_field="width", height_field="height"
    )
    width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    height = models.PositiveIntegerField(null=True, blank=True, editable=False)
    sort_order = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "review_photos"
        db_table_comment = "Pictures in reviews"
        ordering = ("sort_order", "id")
        constraints = (
            models.CheckConstraint(condition=~Q(file=""), name="review_photos_has_picture"),
        )
        indexes = (
            models.Index(fields=["review", "sort_order", "id"], name="review_photos_order_idx"),
        )

    def __str__(self) -> str:
        return self.file.name or ""


class ProductPurchase(Fact):
    """Somebody has bought a product at least once: whose review is that of a buyer.

    A read model of the orders, which stand above this app; `purchased_at` is the first time.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="purchases",
        db_index=False,
    )
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="purchases")
    purchased_at = models.DateTimeField()

    class Meta:
        db_table = "product_purchases"
        db_table_comment = "Who has bought which product"
        constraints = (
            models.UniqueConstraint(fields=["user", "product"], name="product_purchases_unique"),
        )

    def __str__(self) -> str:
        return f"{self.product_id} by {self.user_id}"
