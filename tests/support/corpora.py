"""Small corpora, written in the formats that readers read."""

import io
import json
import tarfile
import zipfile

ARTICLES = {"sport": ["Goal!", "café\r\nau lait\n"], "tech": ["", "chips"]}
EXPECTED = [("Goal!", "sport"), ("café\r\nau lait\n", "sport"), ("", "tech"), ("chips", "tech")]


def write_folder(path, articles=ARTICLES, root="news"):
    for label, texts in articles.items():
        (path / root / label).mkdir(parents=True)
        for number, text in enumerate(texts):
            (path / root / label / f"{number:03}.txt").write_bytes(text.encode())
    return path / root


def names_and_contents(articles=ARTICLES):
    return [
        (f"news/{label}/{i:03}.txt", text.encode()) for label, texts in articles.items() for i, text in enumerate(texts)
    ]


def write_zip(path, members=None):
    with zipfile.ZipFile(path / "news.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members or names_and_contents():
            archive.writestr(name, content)
    return path / "news.zip"


def write_tar(path, members=None, mode="w:gz"):
    with tarfile.open(path / "news.tar", mode) as archive:
        for name, content in members or names_and_contents():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path / "news.tar"


def write_json_lines(path, documents, keys=("text", "label")):
    lines = [json.dumps(dict(zip(keys, document, strict=True))) for document in documents]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
