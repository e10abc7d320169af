"""An app of the tests alone: `flush` empties what a test that commits has filled, and no more."""
