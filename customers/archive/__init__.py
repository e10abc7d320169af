"""The archive's files: Parquet with a manifest and checksums beside each."""
