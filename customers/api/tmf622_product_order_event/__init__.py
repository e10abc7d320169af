"""TMF622 product order events, heard from order systems."""
