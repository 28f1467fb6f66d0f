"""Names of months in the languages of the news, as data, and the shape of a word that may be one."""

import re
import unicodedata

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
de jän feb mrz apr mai jun jul aug sep okt nov dez
lb januar februar mäerz abrëll mee juni juli august september oktober november dezember
fr jan fév mar avr mai juin juil août sep oct nov déc
es enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre
gl xaneiro febreiro marzo abril maio xuño xullo agosto setembro outubro novembro decembro
ca gen febr març abr maig juny jul ag set oct nov des
eu urtarrilaren otsailaren martxoaren apirilaren maiatzaren ekainaren uztailaren abuztuaren irailaren urriaren \
   azaroaren abenduaren
eu urtarrila otsaila martxoa apirila maiatza ekaina uztaila abuztua iraila urria azaroa abendua
is jan feb mar apr maí jún júl ágú sep okt nóv des
fo januar februar mars apríl mai juni juli august september oktober november desember
fi tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu
fi tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu
et jaan veebr märts apr mai juuni juuli aug sept okt nov dets
pl sty lut mar kwi maj cze lip sie wrz paź lis gru
cs led úno bře dub kvě čvn čvc srp zář říj lis pro
sk január február marec apríl máj jún júl august september október november december
sl januar februar marec april maj junij julij avgust september oktober november december
hr siječanj veljača ožujak travanj svibanj lipanj srpanj kolovoz rujan listopad studeni prosinac
hr sij velj ožu tra svi lip srp kol ruj lis stu pro
sr januar februar mart april maj jun jul avgust septembar oktobar novembar decembar
sr јануара фебруара марта априла маја јуна јула августа септембра октобра новембра децембра
sr јануар фебруар март април мај јун јул август септембар октобар новембар децембар
mk јануари февруари март април мај јуни јули август септември октомври ноември декември
sq janar shkurt mars prill maj qershor korrik gusht shtator tetor nëntor dhjetor
hu jan febr márc ápr máj jún júl aug szept okt nov dec
ro ian feb mar apr mai iun iul aug sept oct noi dec
lt sausis vasaris kovas balandis gegužė birželis liepa rugpjūtis rugsėjis spalis lapkritis gruodis
lv janvārī februārī martā aprīlī maijā jūnijā jūlijā augustā septembrī oktobrī novembrī decembrī
mt jannar frar marzu april mejju ġunju lulju awwissu settembru ottubru novembru diċembru
cy ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr
ga eanáir feabhra márta aibreán bealtaine meitheamh iúil lúnasa meán_fómhair deireadh_fómhair samhain nollaig
eo januaro februaro marto aprilo majo junio julio aŭgusto septembro oktobro novembro decembro
tr oca şub mar nis may haz tem ağu eyl eki kas ara
az yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr
uz yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr
kk қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан
ru янв февр март апр май июнь июль авг сент окт нояб дек
ru янв фев мрт апр мая июнь июль авг сен окт ноя дек
uk січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень
uk січ лют бер кві тра чер лип сер вер жов лис гру
uk січ лют берез квіт трав черв лип серп верес жовт листоп груд
be студзеня лютага сакавіка красавіка мая чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня
be студзень люты сакавік красавік май чэрвень ліпень жнівень верасень кастрычнік лістапад снежань
bg яну фев мар апр май юни юли авг сеп окт ное дек
el ιανουάριος φεβρουάριος μάρτιος απρίλιος μάιος ιούνιος ιούλιος αύγουστος σεπτέμβριος οκτώβριος νοέμβριος \
   δεκέμβριος
el ιαν φεβ μαρ απρ μαϊ ιουν ιουλ αυγ σεπ οκτ νοε δεκ
ka იანვარი თებერვალი მარტი აპრილი მაისი ივნისი ივლისი აგვისტო სექტემბერი ოქტომბერი ნოემბერი დეკემბერი
ka იან თებ მარ აპრ მაი ივნ ივლ აგვ სექ ოქტ ნოე დეკ
hy հունվարի փետրվարի մարտի ապրիլի մայիսի հունիսի հուլիսի օգոստոսի սեպտեմբերի հոկտեմբերի նոյեմբերի դեկտեմբերի
hy հունվար փետրվար մարտ ապրիլ մայիս հունիս հուլիս օգոստոս սեպտեմբեր հոկտեմբեր նոյեմբեր դեկտեմբեր
vi tháng_một tháng_hai tháng_ba tháng_tư tháng_năm tháng_sáu tháng_bảy tháng_tám tháng_chín tháng_mười \
   tháng_mười_một tháng_mười_hai
vi tháng_giêng tháng_hai tháng_ba tháng_bốn tháng_năm tháng_sáu tháng_bẩy tháng_tám tháng_chín tháng_mười \
   tháng_mười_một tháng_chạp
id jan peb mar apr mei jun jul agu sep okt nop des
id jan feb mrt apr mei jun jul agt sept okt nov des
ms jan feb mac apr mei jun jul ogo sep okt nov dis
tl enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre
ar كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول
ar جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر
ar يناير فبراير مارس أبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر
fa ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
fa ژانویه فوریه مارس آپریل می جون جولای آگوست سپتامبر اکتبر نوامبر دسامبر
ur جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر
he בינואר בפברואר במרץ באפריל במאי ביוני ביולי באוגוסט בספטמבר באוקטובר בנובמבר בדצמבר
he ינואר פברואר מרס אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
hi जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितम्बर अक्तूबर नवम्बर दिसम्बर
hi जन फर मार्च अप्रै मई जून जुल अग सित अक्टू नव दिस
mr जानेवारी फेब्रुवारी मार्च एप्रिल मे जून जुलै ऑगस्ट सप्टेंबर ऑक्टोबर नोव्हेंबर डिसेंबर
ne जनवरी फेब्रुअरी मार्च अप्रिल मे जुन जुलाई अगस्ट सेप्टेम्बर अक्टोबर नोभेम्बर डिसेम्बर
bn জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর
bn জানুয়ারী ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগষ্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর
gu જાન્યુઆરી ફેબ્રુઆરી માર્ચ એપ્રિલ મે જૂન જુલાઈ ઓગસ્ટ સપ્ટેમ્બર ઓક્ટોબર નવેમ્બર ડિસેમ્બર
pa ਜਨਵਰੀ ਫ਼ਰਵਰੀ ਮਾਰਚ ਅਪ੍ਰੈਲ ਮਈ ਜੂਨ ਜੁਲਾਈ ਅਗਸਤ ਸਤੰਬਰ ਅਕਤੂਬਰ ਨਵੰਬਰ ਦਸੰਬਰ
ta ஜனவரி பிப்ரவரி மார்ச் ஏப்ரல் மே ஜூன் ஜூலை ஆகஸ்ட் செப்டம்பர் அக்டோபர் நவம்பர் டிசம்பர்
te జనవరి ఫిబ్రవరి మార్చి ఏప్రిల్ మే జూన్ జూలై ఆగస్టు సెప్టెంబర్ అక్టోబర్ నవంబర్ డిసెంబర్
kn ಜನವರಿ ಫೆಬ್ರವರಿ ಮಾರ್ಚ್ ಏಪ್ರಿಲ್ ಮೇ ಜೂನ್ ಜುಲೈ ಆಗಸ್ಟ್ ಸೆಪ್ಟೆಂಬರ್ ಅಕ್ಟೋಬರ್ ನವೆಂಬರ್ ಡಿಸೆಂಬರ್
ml ജനുവരി ഫെബ്രുവരി മാർച്ച് ഏപ്രിൽ മെയ് ജൂൺ ജൂലൈ ഓഗസ്റ്റ് സെപ്റ്റംബർ ഒക്ടോബർ നവംബർ ഡിസംബർ
si ජනවාරි පෙබරවාරි මාර්තු අප්‍රේල් මැයි ජූනි ජූලි අගෝස්තු සැප්තැම්බර් ඔක්තෝබර් නොවැම්බර් දෙසැම්බර්
th มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม
th ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.
"""

# The Persian year begins in spring; its months are counted by themselves.
_PERSIAN = """
fa فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند
"""

_ACCENTS = "\u0300-\u036f"
_MARKS = "".join(
    chr(code)
    for code in range(0x0591, 0x0E4F)
    if unicodedata.category(chr(code)) == "Mn" or (code >= 0x0900 and unicodedata.category(chr(code)) == "Mc")
)
_DROPPED = re.compile(f"[{_ACCENTS}\u064b-\u0655\u093c\u0a3c\u200c\u200d]")
_SAME_LETTERS = str.maketrans({"ı": "i", "ى": "ي", "ی": "ي", "ک": "ك", "_": " "})


def fold_month(name: str) -> str:
    """One spelling for `AOÛT` and `aout`, `أبريل` and `ابريل`, `KASIM` and `kasım`."""
    letters = _DROPPED.sub("", unicodedata.normalize("NFKD", name.casefold())).translate(_SAME_LETTERS)
    return " ".join(letters.split())


def _tables(names: str) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """The months of all languages, and of each: `listopad` is October in Croatian and November in Polish."""
    anywhere: dict[str, int] = {}
    own: dict[tuple[str, str], int] = {}
    for line in names.replace("\\\n", " ").strip().splitlines():
        language, *months = line.split()
        for number, month in enumerate(months, 1):
            anywhere.setdefault(fold_month(month), number)
            own.setdefault((language, fold_month(month)), number)
    return anywhere, own


_ANYWHERE, _OWN = _tables(_NAMES)
_PERSIAN_MONTHS, _ = _tables(_PERSIAN)

_LETTER = rf"(?:[^\W\d_]|[{_ACCENTS}{_MARKS}\u200c\u200d])"
_OF_WORDS = "|".join(
    sorted({re.escape(name).replace("_", r"\s+") for name in _NAMES.split() if "_" in name}, key=len, reverse=True)
)
_DOTTED = r"[\u0e01-\u0e4e]{1,3}\.\s?[\u0e01-\u0e4e]\."
# Any word, for a table to tell: faster than an alternation of a thousand names, and right behind vowel signs.
MONTH_PATTERN = rf"(?:(?:(?:{_OF_WORDS})(?!{_LETTER})|{_DOTTED}|{_LETTER}{{2,20}}+)(?:\s?/\s?{_LETTER}{{2,20}}+)?)"


def month_named(name: str, language: str | None) -> int | None:
    """The number of a month by its name; of two names, as in `نيسان / أبريل`, by either."""
    own = (language or "")[:2].lower()
    for part in (name, *(name.split("/") if "/" in name else ())):
        folded = fold_month(part)
        number = _OWN.get((own, folded)) or _ANYWHERE.get(folded)
        if number is not None:
            return number
    return None


def persian_month(name: str) -> int | None:
    """The number of a month of the Persian year by its name."""
    return _PERSIAN_MONTHS.get(fold_month(name))
