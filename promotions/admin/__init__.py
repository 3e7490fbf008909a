"""Coupons and promotions, as staff see them."""

from promotions.admin.coupons import CouponAdmin, CouponUsageAdmin
from promotions.admin.promotions import PromotionAdmin, PromotionUsageAdmin

__all__ = ["CouponAdmin", "CouponUsageAdmin", "PromotionAdmin", "PromotionUsageAdmin"]
