"""Many sectors with input-output links: three wedges on each flow, quotas with rents, bans, and games of tariffs."""
