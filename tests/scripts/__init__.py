"""Programs that are run by hand or by a test: crashes, screenshots."""
