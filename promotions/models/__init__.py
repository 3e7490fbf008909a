"""What changes a price."""

from promotions.models.coupons import Coupon, CouponCategory, CouponProduct, CouponQuerySet
from promotions.models.promotions import Promotion, PromotionCategory, PromotionProduct
from promotions.models.usage import CouponUsage, PromotionUsage

__all__ = [
    "Coupon",
    "CouponCategory",
    "CouponProduct",
    "CouponQuerySet",
    "CouponUsage",
    "Promotion",
    "PromotionCategory",
    "PromotionProduct",
    "PromotionUsage",
]
