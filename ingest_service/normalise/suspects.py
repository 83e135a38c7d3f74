"""Texts that say nothing: an empty body, or the page of a bot wall, an error or a consent form that a site sent.

Such a page is recognised by two signs together: a heading or button that only such pages have, and a text in which at
least half of the sentences speak of browsers, addresses or cookies. A report about such a page has other sentences.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest_service.model import Suspect
from ingest_service.normalise.draft import Draft, RuleResult

# Characters; a page that is sent instead of another is shorter.
LONGEST = 3_000
# The first lines, one of which is the heading of such a page.
TOP = 3
# The share of the other sentences that speak of the subject.
SHARE = 0.5

SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n")
MARKS = "#*_= \t!.?。！"


def _line_of(*phrases: str) -> re.Pattern[str]:
    """Matches a line that is one of these phrases, alone or before the name of a site."""
    return re.compile(rf"(?:{'|'.join(phrases)})(?:\s*[|•·–—:-]\s*\S.{{0,60}})?", re.IGNORECASE)


def _word_of(words: Sequence[str], unspaced: Sequence[str] = ()) -> re.Pattern[str]:
    """Matches a sentence with one of these words; those of scripts without spaces may be part of another word."""
    return re.compile("|".join((rf"\b(?:{'|'.join(words)})\b", *unspaced)), re.IGNORECASE)


BOT_WALL_HEADING = _line_of(
    "pardon our interruption",
    "just a moment|one more step|attention required|request unsuccessful",
    "access (?:to this page )?(?:has been )?denied|(?:sorry, )?you have been blocked",
    "(?:robot|security) check(?:point| required)?|(?:bot|human) verification",
    r"are you (?:a )?(?:robot|human)|i['’]?m not a robot",
    r"(?:please )?(?:verify|confirm|prove)(?:ing)?(?: that)? you(?: are|['’]re) (?:a )?(?:human|not a (?:ro)?bot)",
    r"checking your browser(?: before accessing.{0,80})?|ddos protection by \S.{0,40}",
    "(?:please )?(?:enable|turn on) (?:javascript|js)(?: and cookies)?.{0,60}",
    "unusual traffic from your (?:computer )?network",
    "vérification de sécurité|sicherheitsüberprüfung|verificación de seguridad|проверка браузера",
    "安全验证|安全驗證|人机验证|セキュリティチェック",
)
BOT_WALL_SUBJECT = _word_of(
    (
        "browser|java ?script|cookies|captcha|(?:ro)?bots?|human(?:ity)?|automated",
        "cloudflare|incapsula|imperva|datadome|perimeterx|akamai",
        "(?:ray|incident|reference) (?:id|number)|reference #|ip address|your ip",
        "this (?:web ?)?(?:site|page|server)|the site owner|security (?:service|check|solution)|regain access",
        r"navigateur|navegador|браузер\w*|робот\w*",
    ),
    ("浏览器|瀏覽器|机器人|機器人|ブラウザ|ロボット",),
)
ERROR_HEADING = _line_of(
    r"(?:http |error:? |status |code )*[45]\d\d(?: error)?(?:\s*[|:–—-]?\s*(?:(?:page )?not found|forbidden"
    "|unauthorized|gone|bad (?:gateway|request)|service (?:temporarily )?unavailable|gateway time-?out"
    "|internal server error|too many requests))?",
    "(?:page|file|content|article|resource|url|document) (?:was |could )?not (?:be )?(?:found|available)",
    "page (?:un|not )available|not found|forbidden|access denied|bad gateway|gateway time-?out",
    "(?:the|this) (?:requested )?(?:page|url|content) .{0,60}(?:not (?:be )?found|not available)",
    "(?:the|this) (?:requested )?(?:page|url|content) .{0,60}does(?: not|n['’]t) exist",
    "(?:the|this) (?:requested )?(?:page|url|content) .{0,60}no longer (?:available|exists?)",
    "service (?:temporarily )?unavailable|internal server error|error establishing a database connection",
    "oops|error(?: page)?|an error (?:has )?occurred|something went wrong|this site can['’]t be reached",
    "site (?:is )?(?:temporarily )?(?:unavailable|under maintenance)|your session has (?:expired|timed out)",
    "(?:die )?(?:angeforderte )?seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)",
    "página no encontrada|pagina non trovata|página não encontrada|pagina niet gevonden|страница не найдена",
    "ページが見つかりません(?:でした)?|페이지를 찾을 수 없습니다|页面(?:不存在|未找到)|找不到(?:页面|頁面)",
)
ERROR_SUBJECT = _word_of(
    (
        "(?:this|the|that|requested|web|home|start|error) ?(?:page|site|website|url|resource|link|file|server)",
        "home ?page|url|browser|hyperlink|broken link|site ?map|webmaster|administrator|the address|reference #",
        "try again|refresh|reload|go (?:back|home|to)|log ?in again|search (?:box|bar|again|for|our|the)",
        r"nginx|apache|[45]\d\d",
        r"seite|startseite|adresse|page|accueil|página|inicio|pagina|страниц\w*",
    ),
    ("ページ|페이지|页面|頁面|首页|トップ",),
)
CONSENT_BUTTON = _line_of(
    "(?:accept|allow|reject|decline|refuse|agree to|enable)(?: (?:all|optional|additional|recommended|cookies"
    "|only necessary|&|and|close|continue))+",
    "(?:yes, )?i (?:agree|accept)|agree and (?:close|continue|proceed)",
    "(?:manage|cookie|privacy|consent)(?: (?:options|settings|preferences|choices|cookies|my))+",
    "alle (?:cookies )?(?:akzeptieren|ablehnen)|zustimmen(?: und weiter)?|tout (?:accepter|refuser)",
    "aceptar (?:todo|todas|y continuar)|accetta (?:tutto|tutti)|aceitar (?:tudo|todos)|alles accepteren",
)
CONSENT_SUBJECT = _word_of(
    (
        r"\w*cookies?|consent\w*|privacy|personal (?:data|information)|our partners|vendors|preferences",
        r"accept|reject|agree|datenschutz|einwilligung|zustimm\w+|partner\w*",
        "données|confidentialité|consentement|privacidad",
    ),
)


@dataclass(frozen=True, slots=True)
class SuspectPage:
    """How a kind of page is recognised: by a line that `sign` matches, and by sentences that mention the `subject`."""

    suspect: Suspect
    sign: re.Pattern[str]
    subject: re.Pattern[str]
    is_heading: bool = True

    def matches(self, lines: Sequence[str]) -> bool:
        """Whether these lines, which are not empty, are such a page."""
        candidates = lines[:TOP] if self.is_heading else lines
        signs = {line for line in candidates if self.sign.fullmatch(line.strip(MARKS))}
        # Nearly all texts have no sign, and searching their sentences costs half of what reading them does.
        if not signs:
            return False
        sentences = [part for line in lines if line not in signs for part in SENTENCES.split(line) if part.strip()]
        on_subject = sum(1 for sentence in sentences if self.subject.search(sentence))
        return on_subject >= SHARE * len(sentences)


PAGES = (
    SuspectPage("bot-wall", BOT_WALL_HEADING, BOT_WALL_SUBJECT),
    SuspectPage("error-page", ERROR_HEADING, ERROR_SUBJECT),
    SuspectPage("error-page", CONSENT_BUTTON, CONSENT_SUBJECT, is_heading=False),
)


def suspect(draft: Draft) -> RuleResult:
    """A text without a letter or digit is empty, and a page sent instead of another is a bot wall or an error page."""
    reason = _reason(draft)
    return RuleResult(article=replace(draft.article, suspect=reason)) if reason else RuleResult()


def _reason(draft: Draft) -> Suspect | None:
    if not any(character.isalnum() for line in draft.lines for character in line.text):
        return "empty"
    start = draft.front_matter[1] if draft.front_matter else 0
    if len(draft.source) - start > LONGEST:
        return None
    # Earlier rules may have removed the heading or the buttons, so the lines are those of the file.
    lines = [line.strip() for line in (draft.article.title, *draft.source[start:].splitlines())]
    lines = list(dict.fromkeys(filter(None, lines)))
    return next((page.suspect for page in PAGES if page.matches(lines)), None)
