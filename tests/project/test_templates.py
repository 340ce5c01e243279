"""What no template may do: print a time without its zone, print words without translation, or carry inline script or style."""

import re
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings
from django.template import engines
from django.template.base import VariableNode

FOLDER = Path(settings.BASE_DIR) / "templates"
FOR_READERS = sorted(
    path for path in FOLDER.rglob("*") if path.suffix in {".html", ".txt"} and not path.name.startswith("styleguide")
)  # the style guide is for developers

TIME_WORDS = {"in_zone", "date_in_zone", "as_day", "relative_to", "machine_time", "hour_in_zone", "short_day_in_zone", "machine_second"}
BARE_FILTERS = {"date", "time", "naturaltime", "naturalday", "timesince", "timeuntil"}
TIME_NAME = re.compile(r"(^|_)(at|on|now|date|start|end|starts|ends|until|since|deadline|due)$")
FOR_MACHINES = [(False, "Y-m-d")]  # a calendar day in an address or a hidden field
NAMES_ITS_ZONE = {"letter.date"}  # the Date header of a mail, as it was sent

TAGS = re.compile(
    r"{%\s*block\s+\w+_class\s*%}.*?{%\s*endblock\s*%}|{%\s*setvar\s+classes\s*%}.*?{%\s*endsetvar\s*%}"  # names of CSS classes
    r"|{%\s*comment\b.*?{%\s*endcomment\s*%}|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
SPOKEN_ATTRIBUTES = {"title", "alt", "aria-label", "placeholder", "label"}
NOT_WORDS = {"script", "style", "code", "pre"}
SAME_IN_BOTH = {"English", "Français"}


def relative(path):
    return str(path.relative_to(FOLDER))


def bare_times(source):
    """List the expressions that print an instant or a day without the words of the `times` library."""
    nodes = engines["django"].engine.from_string(source).nodelist.get_nodes_by_type(VariableNode)
    found = []
    for node in nodes:
        expression = node.filter_expression
        if any(arguments == FOR_MACHINES for _, arguments in expression.filters):
            continue
        filters = {function.__name__ for function, _ in expression.filters}
        name = str(getattr(expression.var, "var", expression.var))
        bare = TIME_NAME.search(name.rpartition(".")[2]) and name not in NAMES_ITS_ZONE and not filters & TIME_WORDS
        if filters & BARE_FILTERS or bare:
            found.append(expression.token)
    return found


class Words(HTMLParser):
    """Collect what a reader would see, and what a strict content policy would refuse."""

    def __init__(self):
        super().__init__()
        self.spoken, self.refused, self.inside = [], [], []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.inside.append(tag)
        self.spoken += [value for name, value in attributes if name in SPOKEN_ATTRIBUTES and value]
        self.refused += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != "application/json"):
            self.refused.append(tag)

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if not NOT_WORDS & set(self.inside):
            self.spoken.append(data)


def read(source):
    words = Words()
    words.feed(TAGS.sub(" ", source).replace("<!doctype html>", ""))
    words.close()
    return words


def untranslated(source):
    """List the words that stand in a template outside any translation."""
    texts = (text.strip() for text in read(source).spoken)
    return [text for text in texts if re.search(r"[^\W\d_]{2,}", re.sub(r"&\w+;", "", text)) and text not in SAME_IN_BOTH]


def faults(found_in):
    """{template: what is wrong in it}, of all of them."""
    return {relative(path): found for path in FOR_READERS if (found := found_in(path))}


def words_in(path):
    source = path.read_text()
    return untranslated(source if path.suffix == ".html" else source.replace("<", "&lt;"))


def refused_in(path):
    refused = read(path.read_text()).refused
    if relative(path).startswith("mail/"):
        return [each for each in refused if each != "style"]  # read by mail programs; put onto the elements when rendered
    return refused


def test_no_template_prints_a_bare_time():
    assert faults(lambda path: bare_times(path.read_text())) == {}


def test_every_word_of_a_template_is_translated():
    assert faults(words_in) == {}


def test_no_page_carries_inline_script_or_style():
    assert faults(refused_in) == {}


def test_the_templates_are_found():
    assert len(FOR_READERS) > 300


def test_the_scanner_finds_what_it_looks_for():
    assert bare_times("{{ order.starts_at }}") == ["order.starts_at"]
    assert bare_times('{{ order.created|date:"H:i" }}') == ['order.created|date:"H:i"']
    assert bare_times('{{ week|date:"Y-m-d" }}') == []
    assert bare_times("{% load times %}{{ order.starts_at|in_zone:order.zone }}") == []
    assert untranslated('<p>Hello {{ name }}</p><a title="There">1</a>') == ["Hello", "There"]
    assert untranslated("{% load i18n %}<p>{% translate 'Hello' %} &ndash; 3</p>") == []
    assert read('<p style="x" onclick="y"><script>1</script>').refused == ["p style", "p onclick", "script"]
