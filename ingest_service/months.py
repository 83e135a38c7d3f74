"""The names of months and weekdays in the languages in which dates are read."""

from itertools import chain

# Each row is a language: twelve months with their forms in dates. Polish and Ukrainian "listopada" is missing, since
# the same word is October in Croatian.
ROWS = (
    "january,jan february,feb march,mar april,apr may june,jun july,jul august,aug september,sep,sept october,oct"
    " november,nov december,dec",
    "janvier,janv février,fevrier,févr mars avril,avr mai juin juillet,juil août,aout septembre,sept octobre,oct"
    " novembre,nov décembre,decembre,déc",
    "januar,jänner,jan februar,feb märz,maerz,mär april,apr mai juni,jun juli,jul august,aug september,sept,sep"
    " oktober,okt november,nov dezember,dez",
    "enero,ene febrero,feb marzo,mar abril,abr mayo,may junio,jun julio,jul agosto,ago septiembre,setiembre,sep"
    " octubre,oct noviembre,nov diciembre,dic",
    "gennaio,gen febbraio,feb marzo,mar aprile,apr maggio,mag giugno,giu luglio,lug agosto,ago settembre,set,sett"
    " ottobre,ott novembre,nov dicembre,dic",
    "janeiro,jan fevereiro,fev março,mar abril,abr maio,mai junho,jun julho,jul agosto,ago setembro,set outubro,out"
    " novembro,nov dezembro,dez",
    "januari februari maart,mrt april mei juni juli augustus september oktober november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november desember,des",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października - grudnia",
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня - грудня",
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "januari februari maret april mei juni juli agustus september oktober november desember",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "január február március április május június július augusztus szeptember október november december",
    "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου"
    " δεκεμβρίου",
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta"
    " marraskuuta joulukuuta",
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
)
MONTHS = {
    form: number
    for row in ROWS
    for number, forms in enumerate(row.split(), 1)
    for form in forms.split(",")
    if form != "-"
}
WEEKDAYS = frozenset(
    chain(
        [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
            "mon",
            "tue",
            "tues",
            "wed",
            "thu",
            "thur",
            "thurs",
            "fri",
            "sat",
            "sun",
        ],
        ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
        [
            "montag",
            "dienstag",
            "mittwoch",
            "donnerstag",
            "freitag",
            "samstag",
            "sonnabend",
            "sonntag",
            "mo",
            "di",
            "mi",
            "do",
            "fr",
            "sa",
            "so",
        ],
        ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
        ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
        ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira"],
        ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
        [
            "måndag",
            "tisdag",
            "onsdag",
            "torsdag",
            "fredag",
            "lördag",
            "söndag",
            "mandag",
            "tirsdag",
            "lørdag",
            "søndag",
        ],
        ["poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela"],
        ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"],
    )
)
