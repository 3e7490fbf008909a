"""Reading a product file in Shopify's CSV format into the shop."""
