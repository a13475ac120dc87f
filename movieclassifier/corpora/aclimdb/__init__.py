"""The book's corpus: download, unpack, and write as movie_data.csv."""
