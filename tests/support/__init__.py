"""What several tests share: servers, visitors, corpora, models."""
