"""Everything that changes coupons, promotions and their uses."""

from promotions.commands.codes import make_codes
from promotions.commands.saving import save_coupon, save_promotion, switch_off_coupons
from promotions.commands.uses import give_back, redeem, take_again

__all__ = [
    "give_back",
    "make_codes",
    "redeem",
    "save_coupon",
    "save_promotion",
    "switch_off_coupons",
    "take_again",
]
