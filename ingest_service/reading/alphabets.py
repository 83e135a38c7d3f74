"""The letters beyond ASCII, and the commonest words, of languages that are written in Latin letters."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """A language's own letters beyond ASCII, its commonest words, and what a letter of another language costs."""

    letters: frozenset[str]
    words: frozenset[str]
    foreign: float = 1.0


def _language(letters: str, words: str, foreign: float = 1.0) -> Language:
    return Language(frozenset(letters), frozenset(words.split()), foreign)


# English has no such letters of its own: those listed occur in its loanwords and in names.
LANGUAGES: Mapping[str, Language] = {
    "en": _language(
        "éèêëáàâäãåçíìîïñóòôöõøúùûüæœß",
        "the of and to in is was for that with his have not from are at by said this",
        foreign=0.3,
    ),
    "fr": _language(
        "àâæçéèêëîïôœùûüÿ",
        "le la les des une est dans pour que qui sur pas du au avec par ce se ne et à été même très où après être",
    ),
    "de": _language(
        "äöüßé",
        "der die das und ist nicht den dem ein eine mit sich auf von zu im des auch wird für über können größer wurde",
    ),
    "es": _language(
        "áéíñóúüªº",
        "el la los las de que en un una por con para del se al es su lo y no más está también año según después había",
    ),
    "ca": _language(
        "àçèéíïòóúü·", "el la els les de que i en un una per amb del al es no ha va dels són més està també és però"
    ),
    "pt": _language(
        "áàâãçéêíóôõúüªº",
        "o os as um uma de do da que em no na para por com se ao dos das foi e não são está até também já há à é",
    ),
    "it": _language(
        "àèéìíîòóù",
        "il lo la le gli di che un una per con del della dei alla non sono dal nel da i è più perché città però già",
    ),
    "sv": _language(
        "åäöé", "och att det som en ett av den med inte till har om var kan ska men i de på för är från så å ö"
    ),
    "da": _language(
        "æøåé", "og at det som en et af den med ikke til har om var kan men er de for i på får også når så å ø"
    ),
    "nb": _language(
        "æøåéòôó", "og at det som en et av den med ikke til har om var kan men er de for i på også å når så"
    ),
    "fi": _language(
        "äöåšž", "ja on ei se oli ovat kun mutta joka kuin myös tai niin sen vain hän sekä mitä että ennen"
    ),
    "et": _language("äöõüšž", "ja on ei see oli et kui aga oma ning ka mis seda siis nad enne või üle kõige pärast"),
    "is": _language("áðéíóúýþæö", "og er að í á sem var til ekki með það um við af en hann fyrir sé þá þar ó"),
    "nl": _language("éëïèêöüáó", "de het een van en in is dat op te met voor niet zijn aan er door bij wij na één"),
    "pl": _language(
        "ąćęłńóśźż", "w i na z nie do jest to po od za przez dla jak o a przed oraz się że są był była może"
    ),
    "cs": _language(
        "áčďéěíňóřšťúůýž", "a v na je se z do to k o za pro po od by s i ale jako že jsou při než už až také"
    ),
    "sk": _language(
        "áäčďéíĺľňóôŕšťúýž", "a v na je sa z do to k o za pre po od by s aj ale ako že sú pri než už až keď"
    ),
    "hu": _language("áéíóöőúüű", "a az egy nem hogy is volt meg ez van de csak már után el mint és még több között ő"),
    "hr": _language("čćđšž", "je i u na se da za od su s o koji iz do ne kao nakon prije će što više već još"),
    "sl": _language("čšž", "je in v na se da za so ki s z o od po ne pa tudi kot če že še več"),
    "ro": _language("ăâîșțşţ", "a de la din pe nu cu este care un o au mai prin dar pentru sunt în să și şi după până"),
    "sq": _language("ëç", "e i u dhe me nga por ka kur pas para do nuk ta si duke të një më është në për që"),
    "tr": _language("çğıöşüâîû", "bir ve bu da de ile olarak daha gibi kadar olan en sonra ne her ama için çok değil"),
    "lt": _language("ąčęėįšųūž", "ir kad ne yra buvo su bet tai kaip po per jis iki apie dar nes už į iš dėl būti"),
    "lv": _language("āčēģīķļņšūž", "un ir ar no par ka kas bet tas uz pie pirms tiks jo pēc arī bija vēl šī kā gadu"),
    "ga": _language("áéíóú", "an na agus ar is go do le i ag bhí ní mar tá sé é ó"),
    "cy": _language("âêîôûŵŷáéïöë", "yn y yr a i o ar mae ac ei gan wedi am fel ers ni"),
    "mt": _language("ċġħżàèìòù", "il li ta u ma fil minn dan biex hija kien bil mill għal"),
    "af": _language("êëéôîöü", "die van en in is het nie dat op te met vir aan sy weer eers word was"),
}
