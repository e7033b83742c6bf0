"""The check of every page must see what it is there for."""

import pytest

from tests.html_checks import problems

_SOUND = (
    '<!doctype html><html lang="nl-BE"><head><title>Vraag</title></head><body><main>'
    "<h1>Vraag</h1><form><fieldset><legend>Keuze</legend>"
    '<label for="a">A</label><input id="a" type="radio" name="q">'
    '<label for="b">B</label><input id="b" type="radio" name="q"></fieldset>'
    "<label>Nota <textarea></textarea></label></form>"
    '<table><tr><th scope="col">Kop</th></tr></table></main></body></html>'
)


def test_a_sound_page_has_no_problems() -> None:
    assert problems(_SOUND) == []


@pytest.mark.parametrize(
    ("part", "instead", "expected"),
    [
        ("<h1>Vraag</h1>", "<p>Vraag</p>", "not exactly one h1"),
        ("<h1>Vraag</h1>", "<h1>Vraag</h1><h1>Nog</h1>", "not exactly one h1"),
        ("<h1>Vraag</h1>", "<h1>Vraag</h1><h3>Nog</h3>", "h3 'Nog' skips a level"),
        ("<h1>Vraag</h1>", "<h1>Vraag</h1><h2> </h2>", "an empty h2"),
        ("<h1>Vraag</h1>", "<h3>Nog</h3><h1>Vraag</h1>", "h3 'Nog' skips a level"),
        ("<title>Vraag</title>", "<title> </title>", "no title"),
        (' lang="nl-BE"', "", "html has lang=None"),
        ("<main>", "", "not exactly one main"),
        ('id="b"', 'id="a"', "id 'a' stands 2 times"),
        ('<label for="b">B</label>', "", "input 'q' has no label"),
        ('<label for="b">B</label>', '<label for="b"></label>', "input 'q' has no label"),
        ("<label>Nota ", "<label>", "textarea None has no label"),
        ('for="b"', 'for="c"', "label has for='c', which is nowhere"),
        ("<legend>Keuze</legend>", "", "radio 'q' has no fieldset with a legend"),
        ("<h1>", '<a href="#c">C</a><h1>', "link to #c, which is nowhere"),
        ("<h1>", "<button></button><h1>", "an empty button"),
        ("<h1>", '<img src="/x.png"><h1>', "img '/x.png' has no alt"),
        (' scope="col"', "", "a table has headers without scope"),
        ('<th scope="col">Kop</th>', "<td>Kop</td>", "a table has no headers"),
        ("<h1>", '<h1 style="color:red">', "inline style at h1"),
        ("<h1>", '<h1 onclick="go()">', "inline script at h1"),
        ("<h1>", "<script>go()</script><h1>", "inline script"),
        ("<h1>", '<script src="//a.b/c.js"></script><h1>', "script from elsewhere: '//a.b/c.js'"),
        ("</fieldset>", "</div></fieldset>", "end-tag-too-early"),
        ("<!doctype html>", "", "expected-doctype-but-got-start-tag"),
    ],
)
def test_a_damaged_page_is_told_apart(part: str, instead: str, expected: str) -> None:
    assert part in _SOUND
    assert any(expected in problem for problem in problems(_SOUND.replace(part, instead, 1)))
