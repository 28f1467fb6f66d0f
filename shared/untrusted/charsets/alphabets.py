"""What tells languages apart in bytes: their letters beyond ASCII, their encodings, their commonest words in ASCII."""

from collections.abc import Mapping

# Most frequent first, in one case; of Chinese, Japanese and Korean the commonest.
ALPHABETS: Mapping[str, str] = {
    "en": "éèñöüçáóïêôë",
    "fr": "éàèêçôùâîûëïœæ",
    "es": "óíáéñú¿¡üç",
    "pt": "ãçáéíóõêâúôàü",
    "it": "àèùòìé",
    "ca": "óàèéíòçúï",
    "de": "üäößé",
    "nl": "ëéïöèóçüê",
    "sv": "äåöé",
    "da": "øåæéöäü",
    "fi": "äöå",
    "is": "áíðóöéúþæý",
    "pl": "łóężąśćńź",
    "cs": "íáéěýčřžšůúťňďó",
    "sk": "áíéčýžšúľťňôäďó",
    "hu": "áéöóőüíűú",
    "ro": "ăîâșțşţ",
    "hr": "čšžćđ",
    "sl": "čšžć",
    "sq": "ëç",
    "tl": "ñéáóí",
    "id": "éè",
    "sw": "éè",
    "tr": "ıüşğöçİâî",
    "lt": "ėšųžįčūęą",
    "lv": "āīēšļņžčūģķ",
    "et": "äõüöš",
    "vi": "đàáếộạưảểậơấịớờọìủốíợầữôềứụăâòêóúựồửệãừằổễắùẽéýũỉĩởẫẩõèẻỏỹỷỳẵẳẹỗặ",
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "uk": "оаинівтерслкдмупязьбгчйхїжшцюєщфґ",
    "bg": "аоиетнрсвлкдпмзуъгбчящцжйхфшью",
    "sr": "аоиенртсјвукдмплбзгчшцхњђжћфљџ",
    "el": "αοιτεσνρηυπκλμςάίόγέθδωχήφβύώξζψ",
    "he": "יוהלארתבשמנםדקחפעגטסזןכצךףץ",
    "ar": "اليمونرتبةعدسفهكقحجأشطصخىذضزإئءغثآظؤ،؟",
    "fa": "اینرهدومتبسلشکگخزعقفجحپصطضذژغثظءچئآ،؟",
    "ur": "اےیيکكرنںلہهوسمتپبدعقشٹگچحصفجخڈڑضطظغذزژثئءآؤ،۔؟",
    "hi": "ाकेरहीनसिंतमोलपयजबदै्वुगएटईचऔइअभशखथधूडणठघछफआउृझड़़ढञऐौओङँॉष।",
    "bn": "ারিেন্কতবসলদপমটহোয়জুীগছশএখআইধচভও়ণঅঙথউফষড়ঘৌঠৃঝৈঞূঐঢ়ৎংঁ।",
    "th": "านรอกเงมยลวดทสตะปบคหแจพชขใไโผซถธศภษณญฉฟฐฎ่้ิีัุ็์ืำูึ๊๋ๆฯ",
    "ko": (
        "이다는의에을가고한하지기도사은로를인리대시자정어서아일그보전해나장원국제부수년상주들만적과동것여있오"
        "조면신공안성구중세유까했으경관치방무"
    ),
    "ja": (
        "のにはをたがでてとしれさいるなあっすりもくまらかこんうきつえけそどせよだおみめろやわちじばぶひふほべ"
        "むげへ、。ンスルトアイラリクシドロレジタマコテサメカフッグムプニバュオキナィチウミャパダビハモァワー"
        "ョゥ日年一大国人中出本東会時事者月今同分生行部上長前市相首社政議県選経済財円万億米発表関係調査警察地震台"
        "風工計画予算決定方針問題開始新型対策支援世界全京北海道区町村民党野委員総理臣知見述明否値"
    ),
    "zh": (
        "的一是不了在人有我他这中大来上国和地到们说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行"
        "所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意"
        "无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被"
        "利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真"
        "论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市"
        "直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色"
        "路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运，。、“”《》：；"
        "（）"
    ),
    "zh-hant": (
        "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她里後"
        "小么心多天而能好都然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長"
        "知民樣現分將外但身些與高意進把法此實回二理美點月明其種聲全工己話兒者向情部正名定女問力機給等幾很業最"
        "間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少關並內加化由卻代軍產入先山五太水萬市"
        "眼體別處總才場師書比住員九笑性通目華報立馬命張活難神數件安表原車白應路期叫死常提感金何更反合放做系計"
        "或司利受光王果親界及今京務制解各任至清物台象記邊共風戰干接它許八特覺望直服毛林題建南度統色字請交愛讓"
        "認算論百吃義科怎元社術結六功指思非流每青管夫連遠資隊跟帶花快條院變聯言權往展該領傳近留紅治決周保達辦"
        "運武半候七必城父強步完革深區即求品士轉量空甚眾技輕程告江語英基派滿式李息寫呢識極令黃德收臉錢黨倒未持"
        "取設始版雙歷越史商千片容研像找友孩站廣改議形委早房音火際則首單據導影失拿網香似斯專石若兵弟誰校讀志飛"
        "觀爭究包組造落視濟喜離雖壞集編寶談府拉黑且隨格盡劍講布殺微怕母調局根曾準團段終樂切級克精哪官示衝竟乎"
        "男舉客證苦照注費足尼料案熱，。、「」《》：；（）"
    ),
}

_WESTERN = "cp1252 iso8859_15 mac_roman cp850 cp437"
_CENTRAL = "cp1250 iso8859_2 cp852 mac_latin2"
_BALTIC = "cp1257 iso8859_13 cp775"
_CYRILLIC = "cp1251 koi8_r iso8859_5 cp866 mac_cyrillic"
# The encodings in which each language was written before Unicode. Where two give the same letters, the first of
# `legacy` is named.
ENCODINGS: Mapping[str, tuple[str, ...]] = {
    language: tuple(names.split())
    for languages, names in (
        ("en fr es pt it ca de nl sv fi is sq tl id sw", _WESTERN),
        ("da", f"{_WESTERN} cp865"),
        ("pl cs sk hu hr sl ro", _CENTRAL),
        ("lt lv et", _BALTIC),
        ("tr", "cp1254 cp857"),
        ("ru bg", _CYRILLIC),
        ("uk", f"{_CYRILLIC} koi8_u cp1125"),
        ("sr", f"{_CYRILLIC} cp855"),
        ("el", "cp1253 iso8859_7 cp737"),
        ("he", "cp1255 iso8859_8 cp862"),
        ("ar", "cp1256 iso8859_6"),
        ("fa ur", "cp1256"),
        ("th", "cp874"),
        ("ja", "cp932 euc_jp"),
        ("ko", "cp949"),
        ("zh", "gb18030"),
        ("zh-hant", "big5hkscs gb18030"),
    )
    for language in languages.split()
}
# The commonest words that are written in ASCII: the language around a letter tells which of two readings is right.
WORDS: Mapping[str, str] = {
    "en": "the of and to in is for on that with was by at from are has said its mayor he",
    "fr": "le la les des du un une en et est dans pour que qui sur au par pas plus ne sont avec se ce",
    "es": "el la los las del que en un una por con para se su es al no lo este como y",
    "pt": "o os a as do da dos das que em um uma para com por se no na mais foi e ao",
    "it": "il la i gli le di del della che un una per con non si ha nel da al in dei e sono",
    "ca": "el la els les del que en un una per amb es al no i dels ha va",
    "de": "der die das und den dem des ein eine in im mit von zu auf ist nicht nach sich sie auch an bei",
    "nl": "de het een van en in is dat op te voor met zijn niet aan er om ook door meer krijgt",
    "sv": "och att det som en i av den med till har inte om ett de i sade",
    "da": "og at det som en i af den med til har ikke om et de var er fra igen flere",
    "fi": "ja on ei se oli mutta joka kuin ovat sen",
    "is": "og er sem ekki um en var til af vi",
    "sq": "dhe i e me nga nuk do se",
    "id": "dan yang di kata ini itu dengan untuk pada akan dari tidak dalam kami bulan kota",
    "sw": "ya wa na kwa katika ni za la alisema kuwa hii mwezi",
    "tl": "ang ng sa na mga at ay ni kay si",
    "pl": "i w z na do nie o od za po przez jest oraz a ju ma",
    "cs": "a v na se o z do je po s za od k pro to by bude ale ve",
    "sk": "a v na sa o z do je po s za od k pre to by bude ale zo tvrd",
    "hu": "a az hogy nem is egy van ez el meg ha szerint volt de",
    "hr": "i u je na se da za od su s o koji ne od do iz",
    "sl": "in je v na se da za so ki z o ne bo pri iz po letos",
    "ro": "de la a cu pe din nu o un care sau al ale mai va vor",
    "lt": "ir kad su bus yra iki apie dar tai per",
    "lv": "un ir no ar par uz pie tas kas bija",
    "et": "ja on ei et ka oli mis kui see ta",
    "tr": "ve bir bu da de ile olarak daha olan gibi sonra kadar bin",
    "vi": "trong cho theo khi hai ba nay con cao xe tin anh trung",
}
