"""Marked-up text becomes paragraphs: elements divide it, layout inside them is kept only where it means something."""

import pytest

from ingest_service.reading import markup, xml_documents


def of_xml(text: str) -> list[str]:
    return markup.paragraphs(xml_documents.parse(text.encode())[0])


@pytest.mark.parametrize(
    ("fragment", "paragraphs"),
    [
        ("<p>The  ferry\n sails.</p><p>It rains.</p>", ["The ferry sails.", "It rains."]),
        ("Before<p>inside</p>after <b>bold</b>, too", ["Before", "inside", "after bold, too"]),
        ("The ferry sails <br/>at nine.<br/><br/>It rains.", ["The ferry sails\nat nine.", "It rains."]),
        ("<ul><li>one</li><li><p>two</p></li><li></li></ul><p>Text.</p>", ["- one", "- two", "Text."]),
        ("<table><tr><th>A</th><th>B</th></tr><tr><td>North</td><td>9</td></tr></table>", ["A | B", "North | 9"]),
        ("<table><tr><td><p>A page</p><p>in a table.</p></td></tr></table>", ["A page", "in a table."]),
        ("<p>Fish &amp; chips &mdash; &#8364;5</p>", ["Fish & chips — €5"]),
        ("<p>o&amp;#39;clock &amp;quot;sharp&amp;quot;</p>", ["o'clock \"sharp\""]),
        ("<style>p {}</style><script>alert(1)</script><p>Text</p><!-- no -->", ["Text"]),
        ("<figure><img alt='A'><div>Jo/AP</div><figcaption>The quay.</figcaption></figure>", ["The quay."]),
        ("<header><ul><li>Sport</li></ul></header><section><p>Text.</p></section>", ["Text."]),
        ("<pre>North  9\nSouth 10</pre>", ["North  9\nSouth 10"]),
        ("<p>&lt;div class=&quot;embed&quot;&gt;&lt;/div&gt;</p><p>Text.</p>", ["Text."]),
        ("One paragraph.\n\nAnother &amp; more.", ["One paragraph.", "Another & more."]),
        ("a < b and c > d", ["a < b and c > d"]),
        ("", []),
    ],
)  # fmt: skip
def test_a_fragment_becomes_paragraphs(fragment: str, paragraphs: list[str]) -> None:
    assert markup.fragment(fragment) == paragraphs


def test_pretty_printed_xml_is_one_paragraph() -> None:
    text = "<p>\n      The ferry leaves\n      <org>North Quay</org>\n      , then\n      sails.\n    </p>"
    assert of_xml(text) == ["The ferry leaves North Quay, then sails."]


def test_wire_copy_in_one_element_is_divided_by_its_indents() -> None:
    text = "<p>(Adds quotes)\n   By Jo Berg\n   OSLO - The ferry was late on\nMonday, the port said.\n   It rained.</p>"
    *head, lead, last = of_xml(text)
    assert head == ["(Adds quotes)", "By Jo Berg"]
    assert (lead, last) == ("OSLO - The ferry was late on Monday, the port said.", "It rained.")


def test_the_columns_of_a_result_in_one_element_are_kept() -> None:
    assert of_xml("<p>Results of\nMonday\nNorth        2 South    0\nEast         1 West     1\n-----\n  End</p>") == [
        "Results of Monday", "North        2 South    0", "East         1 West     1", "-----", "End",
    ]  # fmt: skip


def test_entities_of_html_are_characters_in_xml() -> None:
    declared = "<!DOCTYPE nitf SYSTEM 'nitf.dtd'><nitf>caf&eacute;&nbsp;bar <b>A&amp;B</b></nitf>"
    assert of_xml(declared) == ["café bar A&B"]
    assert of_xml("<nitf>caf&eacute; R&D &unknown; A&amp;B</nitf>") == ["café R&D &unknown; A&B"]


def test_deep_trees_are_read_without_recursion() -> None:
    assert markup.fragment("<div>" * 5_000 + "deep" + "</div>" * 5_000) in (["deep"], [])
