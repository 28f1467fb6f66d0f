"""Names of months and of relative days in the languages of the news, as data."""

import re
from collections.abc import Iterator

_NAMES = """
en january february march april may june july august september october november december
en jan feb mar apr may jun jul aug sept oct nov dec
en janu febr mar apr may jun jul aug sep oct nov dec
de januar februar märz april mai juni juli august september oktober november dezember
de jänner feber maerz apr mai jun jul aug sep okt nov dez
fr janvier février mars avril mai juin juillet août septembre octobre novembre décembre
fr janv févr mars avr mai juin juil aout sept oct nov déc
fr janv fevrier mars avr mai juin juill aoû sept oct nov decembre
es enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
es ene feb mar abr may jun jul ago setiembre oct nov dic
pt janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
pt jan fev mar abr mai jun jul ago set out nov dez
it gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
it gen feb mar apr mag giu lug ago sett ott nov dic
ca gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
nl januari februari maart april mei juni juli augustus september oktober november december
nl jan feb mrt apr mei jun jul aug sep okt nov dec
af januarie februarie maart april mei junie julie augustus september oktober november desember
da januar februar marts april maj juni juli august september oktober november december
no januar februar mars april mai juni juli august september oktober november desember
sv januari februari mars april maj juni juli augusti september oktober november december
is janúar febrúar mars apríl maí júní júlí ágúst september október nóvember desember
fi tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta \
   marraskuuta joulukuuta
et jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember
pl stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
pl styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
cs ledna února března dubna května června července srpna září října listopadu prosince
cs leden únor březen duben květen červen červenec srpen září říjen listopad prosinec
sk januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra
sl januarja februarja marca aprila maja junija julija avgusta septembra oktobra novembra decembra
hr siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca
sr januara februara marta aprila maja juna jula avgusta septembra oktobra novembra decembra
hu január február március április május június július augusztus szeptember október november december
ro ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
lt sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio
lv janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris decembris
tr ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
ru января февраля марта апреля мая июня июля августа сентября октября ноября декабря
ru январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
ru янв фев мар апр мая июн июл авг сен окт ноя дек
uk січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
bg януари февруари март април май юни юли август септември октомври ноември декември
el ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
id januari februari maret april mei juni juli agustus september oktober november desember
ms januari februari mac april mei jun julai ogos september oktober november disember
sw januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba
ar يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
he ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
hi जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर
"""


def _pairs() -> Iterator[tuple[str, int]]:
    for line in _NAMES.replace("\\\n", " ").strip().splitlines():
        names = line.split()[1:]
        yield from ((name, number) for number, name in enumerate(names, 1))


def _table() -> dict[str, int]:
    table: dict[str, int] = {}
    for name, number in _pairs():
        table.setdefault(name, number)  # `listopada` is Polish for November before it is Croatian for October
    return table


MONTHS: dict[str, int] = _table()
MONTH_PATTERN = "|".join(sorted((re.escape(name) for name in MONTHS), key=len, reverse=True))
