"""Writing the shop's products as a file in Shopify's CSV format, the one that import reads."""
