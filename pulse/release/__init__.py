"""What has been published: releases, their cells and the ledger that chains them."""
