"""Templates of pages, as sites of different kinds and ages have them. Each puts a story into a page of a site.

All are made up for this set. `[[` and `]]` enclose what is in the article besides its paragraphs; the rest is
furniture.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

SITE, HOST = "The Island Courier", "https://courier.example"
OTHER_SITE = "https://shop.example"
CONSENT = (
    "We and our partners store cookies on your device, and read them, to measure how the pages of this site are used"
    " and to show advertisements that fit your interests; you may withdraw your consent at any time in the settings."
)


@dataclass(frozen=True, slots=True)
class Story:
    """A story, and the titles of others of the site."""

    title: str
    paragraphs: Sequence[str]
    author: str
    date: str
    others: Sequence[str]

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"{HOST}/news/{self.title.replace(' ', '-').lower()}"


def _in(tag: str, texts: Sequence[str]) -> str:
    name = tag.split(maxsplit=1)[0]
    return "\n".join(f"<{tag}>{text}</{name}>" for text in texts)


def _links(story: Story) -> list[str]:
    return [f'<a href="/news/{number}">{title}</a>' for number, title in enumerate(story.others)]


def _menu() -> str:
    items = "".join(
        f'<li><a href="/{name.lower()}">{name}</a></li>' for name in ("Home", "Islands", "Sport", "Culture")
    )
    return f'<div class="top"><ul>{items}</ul></div>'


def _page(story: Story, body: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{story.title} | {SITE}</title>'
        f'<link rel="canonical" href="{story.url}">{head}</head>\n<body>{_menu()}{body}'
        f'<div class="bottom"><p>© 2026 {SITE}. All rights reserved.</p></div></body></html>'
    )


def _data(story: Story, **more: object) -> str:
    stated = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": story.title, "datePublished": story.date,
        "dateModified": "2026-11-01T00:00:00Z", "author": [{"@type": "Person", "name": story.author}],
        "publisher": {"@type": "Organization", "name": SITE},
    }  # fmt: skip
    return f'<script type="application/ld+json">{json.dumps(stated | more)}</script>'


def _open_graph(story: Story) -> str:
    return (
        f'<meta property="og:title" content="{story.title} - {SITE}"><meta property="og:site_name" content="{SITE}">'
        f'<meta property="article:published_time" content="{story.date}"><meta name="author" content="{story.author}">'
    )


def schema_org(story: Story) -> str:
    """A page of today: marked up throughout, with a deck, pictures, pointers and a newsletter."""
    half = len(story.paragraphs) // 2
    return _page(
        story,
        f"<main><article><header><h1>{story.title}</h1><h2 class='deck'>What it means for the islands</h2>"
        f"<div class='byline'>By <a rel='author' href='/voss'>{story.author}</a></div></header>"
        f"<div class='story'><figure><img src='a.jpg'><figcaption>The harbour. Photo: J. Lund</figcaption></figure>"
        f"{_in('p', story.paragraphs[:half])}<p><strong>Read more:</strong> {_links(story)[0]}</p>"
        f"<section class='Newsletter-SignUp'><h3>The Courier by mail</h3><p>Every morning at seven in your inbox, with"
        f" all that you need to know about us.</p></section>{_in('p', story.paragraphs[half:])}</div></article>"
        f"<aside><h2>Most read</h2><ol>{_in('li', _links(story))}</ol></aside></main>",
        _data(story),
    )


def div_soup(story: Story) -> str:
    """No element has a meaning: paragraphs are `div`, and so is everything else."""
    teasers = "".join(
        f"<div class='t'><div>{link}</div><div>{story.paragraphs[0][:90]}</div></div>" for link in _links(story)
    )
    return _page(
        story,
        f"<div class='a1'><div class='b7'><h1>{story.title}</h1><div class='c2'>{_in('div class=d', story.paragraphs)}"
        f"</div></div><div class='b8'>{teasers}</div></div>",
        _open_graph(story),
    )


def table_layout(story: Story) -> str:
    """A page of 1999: the menu and the text are cells of a table, and two line breaks divide paragraphs."""
    text = "<br><br>\n".join(story.paragraphs)
    return _page(
        story,
        f"<table width=760><tr><td width=120><font size=1>{'<br>'.join(_links(story))}</font></td><td valign=top>"
        f"<h1>{story.title}</h1><font face=Arial size=2>{text}</font></td></tr></table>",
        f"<meta name=date content='{story.date}'><meta name=author content='{story.author}'>",
    )


def amp(story: Story) -> str:
    """An accelerated page: components instead of pictures and adverts, and the data in a list."""
    half = len(story.paragraphs) // 2
    return _page(
        story,
        f"<amp-sidebar><ul>{_in('li', _links(story))}</ul></amp-sidebar><article class='amp-wp-article'><header>"
        f"<h1>{story.title}</h1></header><div class='amp-wp-article-content'>{_in('p', story.paragraphs[:half])}"
        f"<amp-ad type='x'><div>Advertisement</div></amp-ad>{_in('p', story.paragraphs[half:])}</div></article>",
        f"<script type='application/ld+json'>[{json.dumps({'@type': 'WebSite', 'name': SITE})}]</script>"
        + _data(story),
    )


def weblog(story: Story) -> str:
    """A weblog: links to share, the author's biography, tags, and the next posts."""
    shares = "".join(
        f"<li><a href='https://{name}.example/share?u={story.url}'>{name}</a></li>" for name in ("Chirp", "Face")
    )
    return _page(
        story,
        f"<div id='primary'><article class='post type-post'><h1 class='entry-title'>{story.title}</h1>"
        f"<div class='entry-meta'>by {story.author}</div><div class='entry-content'>{_in('p', story.paragraphs)}"
        f"<div class='sharedaddy'><h3>Share this:</h3><ul>{shares}</ul></div></div>"
        f"<div class='author-bio'><p>{story.author} has lived on the islands for many years and writes about boats,"
        f" birds and people for this weblog and for others.</p></div><footer class='entry-footer'>Boats</footer>"
        f"</article><nav><a href='/older'>{story.others[0]}</a></nav></div>",
        _open_graph(story),
    )


def divided_body(story: Story) -> str:
    """A magazine: adverts divide the body into several containers of one class."""
    parts = [story.paragraphs[at : at + 2] for at in range(0, len(story.paragraphs), 2)]
    body = "".join(
        f"<div class='grid'><div class='article__body'>{_in('p', part)}</div><div class='rail'>Advertisement</div>"
        "</div>"
        for part in parts
    )
    return _page(
        story, f"<main><article><h1>{story.title}</h1><div class='chunks'>{body}</div></article></main>", _data(story)
    )


def commented(story: Story) -> str:
    """A short article under which readers have written more than it has."""
    comments = "".join(
        f"<div class='comment'><div class='comment-body'><p>{text} I said so, and who heard me?</p></div></div>"
        for text in (*story.paragraphs, *story.paragraphs, *story.paragraphs)
    )
    return _page(
        story,
        f"<div class='wrapper'><div class='article'><h1>{story.title}</h1><div class='content'>"
        f"{'<br><br>'.join(story.paragraphs)}</div></div><div id='comments'>{comments}</div></div>",
        _data(story),
    )


def shopping(story: Story) -> str:
    """A list of recommendations, whose links to shops belong to the text."""
    lines = [f"Get it from the shop for {price} euros" for price in range(31, 31 + len(story.paragraphs))]
    entries = "".join(
        f"<p>{text}</p><ul><li><a href='{OTHER_SITE}/{number}'>[[{line}]]</a></li></ul>"
        for number, (text, line) in enumerate(zip(story.paragraphs, lines, strict=True))
    )
    return _page(story, f"<section class='article-page'><h1>{story.title}</h1>{entries}</section>", _data(story))


def with_posts(story: Story) -> str:
    """An article with embedded posts, a table and a quotation."""
    first, *rest = story.paragraphs
    return _page(
        story,
        f"<article><h1>{story.title}</h1><div class='entry-content'><p>{first}</p><div class='social-media-embed'>"
        f"<blockquote class='chirp'><p>[[The boat is late again and the pier is full]]</p>[[— Nora (@nora) March 2]]"
        f"</blockquote></div><table><tr><th>[[Pier]]</th><th>[[Fare]]</th></tr><tr><td>[[North]]</td><td>[[4.20]]</td>"
        f"</tr></table>{_in('p', rest)}<blockquote><p>[[We sail when we can and not before that]]</p></blockquote>"
        f"<p><em>Follow us on <a href='https://chirp.example/c'>Chirp</a>.</em></p></div></article>",
        _data(story),
    )


def behind_consent(story: Story) -> str:
    """A short report under a form of consent that is longer."""
    return _page(
        story,
        f"<div id='cookie-consent' class='modal'>{_in('p', [CONSENT] * 5)}</div><div class='page'>"
        f"<div class='text-block'><h1>{story.title}</h1>{_in('p', story.paragraphs[:2])}</div></div>",
        _open_graph(story),
    )


TEMPLATES: Mapping[str, Callable[[Story], str]] = {
    template.__name__: template
    for template in (
        schema_org, div_soup, table_layout, amp, weblog, divided_body, commented, shopping, with_posts, behind_consent,
    )
}  # fmt: skip
