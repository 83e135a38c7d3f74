"""Texts that say nothing: an empty body, and what a site sent instead of the page: a bot wall, an error, a consent form.

Such a page is recognised by two signs together: a heading, button or sentence that only such pages have, and a text most
of whose sentences speak of browsers, addresses or cookies. A report about one of them has other sentences.
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

_OF_SITE = r"(?:\s*[|•·–—:-]\s*\S.{0,60})?"
SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n")
MARKS = "#*_= \t!.?。！"


@dataclass(frozen=True, slots=True)
class SuspectPage:
    """How a kind of page is recognised: `sign` matches a whole line at the top or anywhere, `subject` in a sentence."""

    suspect: Suspect
    sign: re.Pattern[str]
    at_top: bool
    subject: re.Pattern[str]

    def is_seen_in(self, lines: Sequence[str]) -> bool:
        """Whether these lines, which are not empty, are such a page."""
        signs = {line for line in (lines[:TOP] if self.at_top else lines) if self.sign.fullmatch(line.strip(MARKS))}
        sentences = [part for line in lines if line not in signs for part in SENTENCES.split(line) if part.strip()]
        on_subject = sum(1 for sentence in sentences if self.subject.search(sentence))
        return bool(signs) and on_subject >= SHARE * len(sentences)


PAGES = (
    SuspectPage(
        "bot-wall",
        re.compile(
            r"(?:"
            r"pardon our interruption|just a moment|one more step|attention required|access (?:to this page )?(?:has been )?"
            r"denied|robot check|bot verification|human verification|security check(?:point| required)?|are you (?:a )?"
            r"(?:robot|human)|(?:please )?(?:verify|confirm|prove)(?: that)? you(?: a|')re (?:a )?(?:not a (?:ro)?bot|human)"
            r"|(?:please )?(?:verify|confirm)(?:ing)? you are (?:a )?(?:human|not a (?:ro)?bot)|i'?m not a robot"
            r"|checking your browser(?: before accessing.{0,80})?|ddos protection by \S.{0,40}|you have been blocked"
            r"|sorry, you have been blocked|please (?:enable|turn on) (?:javascript|js)(?: and cookies)?.{0,60}"
            r"|enable javascript and cookies to continue|unusual traffic from your (?:computer )?network"
            r"|request unsuccessful|vérification de sécurité|sicherheitsüberprüfung|verificación de seguridad"
            r"|проверка браузера|安全验证|安全驗證|人机验证|セキュリティチェック"
            rf"){_OF_SITE}",
            re.IGNORECASE,
        ),
        True,
        re.compile(
            r"\b(?:browser|java ?script|cookies|captcha|(?:ro)?bots?|human(?:ity)?|cloudflare|incapsula|imperva|datadome|"
            r"perimeterx|akamai|ray id|incident id|reference (?:id|#|number)|ip address|your ip|automated|this (?:web ?)?"
            r"(?:site|page|server)|the site owner|security (?:service|check|solution)|redirected|regain access|"
            r"navigateur|navegador|robots?)\b|#[0-9a-f.]{8,}|браузер|робот|浏览器|瀏覽器|机器人|機器人|ブラウザ|ロボット",
            re.IGNORECASE,
        ),
    ),
    SuspectPage(
        "error-page",
        re.compile(
            r"(?:"
            r"(?:http |error:? |status |code )*[45]\d\d(?: error)?(?:\s*[|:–—-]?\s*(?:not found|page not found|forbidden"
            r"|unauthorized|gone|bad (?:gateway|request)|service (?:temporarily )?unavailable|gateway time-?out|"
            r"internal server error|too many requests))?"
            r"|(?:page|file|content|article|resource|url|document) (?:was |could )?not (?:be )?(?:found|available)"
            r"|page (?:un|not )available|not found|(?:the|this) (?:requested )?(?:page|url|content) .{0,60}(?:not (?:be )?found|"
            r"does(?: not|n['’]t) exist|not available|no longer (?:available|exists?))"
            r"|forbidden|bad gateway|service (?:temporarily )?unavailable|internal server error|gateway time-?out"
            r"|access denied|oops|error(?: page)?|an error (?:has )?occurred|something went wrong"
            r"|error establishing a database connection|site (?:is )?(?:temporarily )?(?:unavailable|under maintenance)"
            r"|your session has (?:expired|timed out)|this site can['’]t be reached"
            r"|(?:die )?(?:angeforderte )?seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)"
            r"|página no encontrada|pagina non trovata|página não encontrada|pagina niet gevonden"
            r"|страница не найдена|ページが見つかりません(?:でした)?|페이지를 찾을 수 없습니다|页面(?:不存在|未找到)|找不到(?:页面|頁面)"
            rf"){_OF_SITE}",
            re.IGNORECASE,
        ),
        True,
        re.compile(
            r"\b(?:(?:this|the|that|requested|web|home|start|error) ?(?:page|site|website|url|resource|link|file|server)|"
            r"home ?page|url|browser|hyperlink|broken link|try again|refresh|reload|webmaster|site ?map|search (?:box|bar|"
            r"again|for|our|the)|nginx|apache|reference #|go (?:back|home|to)|log ?in again|the address|administrator|"
            r"seite|startseite|adresse|page|accueil|página|inicio|pagina|страниц\w*|4\d\d|5\d\d)\b"
            r"|ページ|페이지|页面|頁面|首页|トップ",
            re.IGNORECASE,
        ),
    ),
    SuspectPage(
        "error-page",
        re.compile(
            r"(?:accept|allow|reject|decline|refuse|agree to|enable)(?: (?:all|optional|cookies|all cookies|additional|&|and|"
            r"close|continue|only necessary|recommended))+|(?:i|yes,? i) (?:agree|accept)|agree and (?:close|continue|proceed)"
            r"|(?:manage|cookie|privacy|consent)(?: (?:options|settings|preferences|choices|cookies|my))+"
            r"|alle (?:cookies )?(?:akzeptieren|ablehnen)|zustimmen(?: und weiter)?|tout (?:accepter|refuser)"
            r"|aceptar (?:todo|todas|y continuar)|accetta (?:tutto|tutti)|aceitar (?:tudo|todos)|alles accepteren",
            re.IGNORECASE,
        ),
        False,
        re.compile(
            r"cookie|consent|\b(?:privacy|personal (?:data|information)|our partners|vendors|preferences|accept|reject|agree|"
            r"datenschutz|einwilligung|zustimm\w+|partner\w*|données|confidentialité|consentement|privacidad)\b",
            re.IGNORECASE,
        ),
    ),
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
    return next((page.suspect for page in PAGES if page.is_seen_in(lines)), None)
