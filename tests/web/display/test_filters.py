from flask import Flask

from movieclassifier.web.display import filters


def test_templates_find_the_filters():
    app = Flask("test")
    filters.register(app)
    with app.app_context():
        template = app.jinja_env.from_string("{{ 2 | count_of('vote') }}, {{ 'b' | colour_in(['a', 'b']) }}")
        assert template.render() == "2 votes, l1"
