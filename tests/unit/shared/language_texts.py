"""Copy as newsrooms write it, made for the tests of encodings: a paragraph and lines of their own for each language."""

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, ...]] = {
    "ar": (
        "وافق مجلس المدينة يوم الاثنين على إعادة بناء الرصيف الذي دمرته العاصفة، على أن يبدأ العمل قبل الصيف.",
        "الوزير: الأسعار لن ترتفع هذا العام",
    ),
    "bg": (
        ("Общинският съвет реши в понеделник да възстанови кея, разрушен от бурята; работата започва преди лятото."),
        "Кметът: Цените няма да се повишат тази година",
    ),
    "bn": (
        "ঝড়ে ভেঙে পড়া জেটি আবার তৈরির পরিকল্পনা সোমবার অনুমোদন করেছে নগর পরিষদ; কাজ শুরু হবে গ্রীষ্মের আগে।",
        "মন্ত্রী বললেন, দাম বাড়বে না",
    ),
    "ca": (
        (
            "L’ajuntament va aprovar dilluns la reconstrucció del moll que va "
            "destruir la tempesta; és «una qüestió d’honor»."
        ),
        "L’alcaldessa diu que els preus no pujaran",
        "La població d’Alcúdia rebrà més ajudes",
    ),
    "cs": (
        (
            "Zastupitelé v pondělí schválili obnovu mola, které zničila "
            "bouře; práce začnou ještě před létem a potrvají rok."
        ),
        "Ministr: Ceny letos růst nebudou, řekl v Plzni",
        "Příští týden přijde ochlazení",
    ),
    "da": (
        (
            "Kommunen ønsker at genopføre broen før sommeren, sagde "
            "borgmesteren, som også håber på flere både og gæster."
        ),
        "Færgen sejler igen på lørdag",
        "Ministeren: Ældre får flere penge næste år",
    ),
    "de": (
        (
            "Die Bürger möchten mehr Bäume in der Straße, sagte der "
            "Bürgermeister: Das prüfen wir für den Frühling gründlich."
        ),
        "Überschwemmung in Köln",
        "Bürgermeister kündigt Rücktritt an",
        "Größere Schäden nach dem Sturm",
    ),
    "el": (
        (
            "Το δημοτικό συμβούλιο αποφάσισε τη Δευτέρα να ξαναχτίσει την "
            "προβλήτα που κατέστρεψε η καταιγίδα πριν το θέρος."
        ),
        "Ο υπουργός: Οι τιμές δεν θα αυξηθούν φέτος",
    ),
    "en": (
        "The council’s plan – bold, the mayor’s words – costs £4m. The café opens in May.",
        "A fine of £500 for the mayor’s café",
        "Beyoncé sings in Cardiff",
    ),
    "es": (
        ("El alcalde anunció que la reparación del muelle empezará mañana; será rápida, aseguró también la portavoz."),
        "¿Qué pasó en España este año?",
        "Los niños volverán a la escuela el próximo miércoles",
        "La inflación cayó al 3 % en junio",
    ),
    "fa": (
        ("شورای شهر روز دوشنبه با بازسازی اسکله‌ای که طوفان ویران کرده بود موافقت کرد و کار پیش از تابستان آغاز می‌شود."),
        "وزیر گفت قیمت‌ها امسال گران نمی‌شود",
    ),
    "fi": (
        (
            "Kaupunginvaltuusto päätti maanantaina rakentaa myrskyn tuhoaman "
            "laiturin uudelleen; työt alkavat ennen kesää."
        ),
        "Ministeri: Hinnat eivät nouse tänä vuonna",
        "Pääministeri eroaa syksyllä",
    ),
    "fr": (
        (
            "La municipalité a décidé de rénover l’école dès l’été, a "
            "indiqué l’élu, où la priorité est donnée aux élèves."
        ),
        "Le député réélu à Besançon",
        "Grève à la SNCF : un train sur deux",
        "L'été sera très chaud, prévoit Météo-France",
        "La forêt brûle près de Sète",
    ),
    "he": (
        "מועצת העיר אישרה ביום שני לבנות מחדש את המזח שנהרס בסערה, והעבודות יתחילו עוד לפני הקיץ.",
        "השר: המחירים לא יעלו השנה",
    ),
    "hi": (
        ("नगर परिषद ने सोमवार को तूफ़ान में टूटे घाट को फिर से बनाने की मंज़ूरी दी, काम गर्मियों से पहले शुरू होगा।"),
        "मंत्री बोले, दाम नहीं बढ़ेंगे",
    ),
    "hr": (
        (
            "Gradsko vijeće odlučilo je u ponedjeljak obnoviti mol koji je "
            "oluja uništila; radovi počinju već prije ljeta."
        ),
        "Šibenik traži više novca za škole",
        "Ministar: Cijene neće rasti, građani će platiti manje",
    ),
    "hu": (
        (
            "A városi közgyűlés hétfőn úgy döntött, hogy újjáépíti a viharban "
            "megrongálódott mólót; a munkák nyár előtt kezdődnek."
        ),
        "A miniszter szerint nem lesz drágulás",
        "Győrben örültek a szülők",
    ),
    "id": (
        "Dewan kota menyetujui perbaikan dermaga – “secepatnya,” kata wali kota – mulai bulan depan.",
        "Warga: “Kami menunggu”",
    ),
    "it": (
        ("Il sindaco ha detto che la città avrà più alberi: è una necessità, ha spiegato, perché l’estate sarà calda."),
        "Il ministro: più soldi alla sanità",
        "Perché l’Italia è in ritardo",
    ),
    "ja": (
        "市議会は月曜日、嵐で壊れた桟橋を再建する計画を可決した。工事は夏の前に始まり、十か月ほどかかる見通しだ。",
        "首相、値上げを否定",
        "コンビニで火事、けが人なし",
    ),
    "ko": (
        "시의회는 월요일 폭풍으로 무너진 부두를 다시 짓는 계획을 통과시켰다. 공사는 여름 전에 시작해 열 달쯤 걸린다.",
        "장관, 가격 인상 없다",
        "서울 지하철 요금 오른다",
    ),
    "lt": (
        ("Miesto taryba pirmadienį nusprendė atstatyti audros sugriautą prieplauką; darbai prasidės dar prieš vasarą."),
        "Ministrė: kainos šiemet nedidės, žmonės mokės mažiau",
    ),
    "lv": (
        "Pilsētas dome pirmdien nolēma atjaunot vētras izpostīto piestātni; darbi sāksies vēl pirms vasaras.",
        "Ministrs: cenas šogad nepieaugs, cilvēki maksās mazāk",
    ),
    "et": (
        ("Linnavolikogu otsustas esmaspäeval tormis purunenud sadamasilla taastada; tööd algavad enne suve lõppu."),
        "Minister: hinnad tänavu ei tõuse",
    ),
    "ms": (
        ("Majlis bandar raya meluluskan pembaikan jeti itu – “secepat mungkin”, kata datuk bandar – bulan depan."),
        "Penduduk: “Kami sudah lama menunggu”",
    ),
    "nl": (
        (
            "De gemeente wil ’s zomers meer bomen – vooral langs het water – "
            "en vraagt bewoners om ideeën en coördinatie."
        ),
        "Premier belooft één miljard",
        "Oekraïne krijgt meer hulp",
    ),
    "no": (
        (
            "Kommunen ønsker å bygge bryggen på nytt før sommeren, sa "
            "ordføreren, som også håper på flere båter og gjester."
        ),
        "Været: Snø på Østlandet",
        "Statsråden: Prisene øker ikke i år",
    ),
    "pl": (
        (
            "Rada miasta zgodziła się na odbudowę mola, które zniszczył "
            "sztorm; prace mają ruszyć już w przyszłym tygodniu."
        ),
        "Łódź: zażądał wyjaśnień",
        "Minister: ceny nie wzrosną, będą niższe",
    ),
    "pt": (
        ("A câmara decidiu que a reconstrução do cais começará amanhã, disse a vereadora; não há previsão de atrasos."),
        "Inflação recua em São Paulo",
        "Eleições: o que está em jogo na região",
    ),
    "ro": (
        (
            "Consiliul local a hotărât luni să refacă debarcaderul distrus de "
            "furtună; lucrările încep înainte de vară, în mai."
        ),
        "Ministrul: prețurile nu vor crește în această vară",
    ),
    "ru": (
        (
            "Городской совет решил восстановить причал, разрушенный штормом; "
            "работы начнутся до лета и продлятся десять месяцев."
        ),
        "Министр: цены не вырастут",
        "СРОЧНО: В МОСКВЕ СГОРЕЛ РЫНОК",
    ),
    "sk": (
        (
            "Poslanci v pondelok schválili obnovu móla, ktoré zničila búrka; "
            "práce sa začnú ešte pred letom a potrvajú rok."
        ),
        "Minister: Ceny tento rok rásť nebudú, tvrdí vláda",
        "Žiaci sa vrátia do škôl",
    ),
    "sl": (
        (
            "Mestni svet je v ponedeljek odločil, da bo obnovil pomol, ki ga je "
            "uničilo neurje; dela se začnejo že pred poletjem."
        ),
        "Župan: cene se letos ne bodo zvišale",
    ),
    "sq": (
        ("Këshilli i qytetit vendosi të hënën të rindërtojë molin që shkatërroi stuhia; punimet nisin para verës."),
        "Ministri: çmimet nuk do të rriten",
    ),
    "sr": (
        ("Градско веће одлучило је у понедељак да обнови мол који је олуја уништила; радови почињу већ пре лета."),
        "Министар: Цене неће расти, грађани ће платити мање",
    ),
    "sv": (
        (
            "Kommunen vill återställa bryggan före sommaren, sade "
            "ordföranden, som också hoppas på fler båtar och gäster."
        ),
        "Många sjuka i Malmö",
        "Statsministern avgår i höst",
        "Så påverkas räntan av kriget",
    ),
    "sw": (
        "Baraza la jiji liliidhinisha ukarabati wa gati – “haraka iwezekanavyo,” alisema meya – mwezi ujao.",
        "Wakazi: “Tunasubiri”",
    ),
    "th": (
        "สภาเมืองเห็นชอบให้ซ่อมท่าเรือไม้ที่พังเพราะพายุ โดยงานจะเริ่มก่อนฤดูร้อนและใช้เวลาประมาณสิบเดือน",
        "รัฐมนตรียันปีนี้ไม่ขึ้นราคา",
    ),
    "tl": (
        (
            "Inaprubahan ng konseho ang pag-aayos ng pantalan – “sa lalong "
            "madaling panahon,” ayon sa alkalde ng Parañaque."
        ),
        "Marcos dumalaw sa Biñan at Las Piñas",
    ),
    "tr": (
        (
            "Belediye meclisi iskelenin yeniden yapılması için karar aldı; "
            "çalışmaların yazdan önce başlayacağı bildirildi."
        ),
        "Bakan: Fiyatlar bu yıl artmayacak, vatandaş rahat olsun şimdi",
        "İstanbul’da kar yağışı",
    ),
    "uk": (
        (
            "Міська рада вирішила відновити причал, зруйнований штормом; роботи "
            "почнуться до літа й триватимуть десять місяців."
        ),
        "Міністр: ціни не зростуть",
        "Її бюджет збільшено на третину",
    ),
    "ur": (
        (
            "سٹی کونسل نے پیر کے روز طوفان سے تباہ ہونے والے گھاٹ کو دوبارہ "
            "بنانے کی منظوری دی، کام گرمیوں سے پہلے شروع ہو گا۔"
        ),
        "وزیر نے کہا ہے کہ اس سال قیمتوں میں اضافہ نہیں ہو گا",
    ),
    "vi": (
        "Ủy ban nhân dân tỉnh vừa tổ chức hội nghị đánh giá kết quả trồng rừng gỗ lớn trong sáu tháng qua.",
        "Mưa lớn gây sạt lở ở Quảng Trị",
        "Giá vàng hôm nay giảm mạnh",
    ),
    "zh": (
        "市议会周一通过了重建码头的计划，工程预计在夏季之前动工，工期约为十个月，费用由省市两级共同承担。",
        "总理表示明年不会涨价",
        "北京今日大雪",
    ),
    "zh-hant": (
        "市議會週一通過了重建碼頭的計畫，工程預計在夏季之前動工，工期約為十個月，費用由省市兩級共同承擔。",
        "總理表示明年不會漲價",
        "臺北今日大雨特報",
    ),
}
_WESTERN = ("cp1252", "iso8859_15", "mac_roman", "cp850", "cp437")
_CENTRAL = ("cp1250", "iso8859_2", "cp852", "mac_latin2")
_BALTIC = ("cp1257", "iso8859_13", "cp775")
_CYRILLIC = ("cp1251", "iso8859_5", "mac_cyrillic")
UNICODE = ("utf_8", "utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be")
ENCODINGS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys("ca de en es fi fr id it ms nl pt sq sv sw tl".split(), _WESTERN),
    **dict.fromkeys(("da", "no"), (*_WESTERN[:4], "cp865")),
    **dict.fromkeys("cs hr hu pl ro sk sl".split(), _CENTRAL),
    **dict.fromkeys(("lt", "lv", "et"), _BALTIC),
    "ru": (*_CYRILLIC, "koi8_r", "cp866"), "bg": (*_CYRILLIC, "koi8_r", "cp866"),
    "uk": (*_CYRILLIC, "koi8_u", "cp1125"), "sr": (*_CYRILLIC, "cp855"),
    "el": ("cp1253", "iso8859_7", "cp737"), "tr": ("cp1254", "iso8859_9", "cp857"),
    "he": ("cp1255", "iso8859_8", "cp862"), "ar": ("cp1256", "iso8859_6"), "fa": ("cp1256",), "ur": ("cp1256",),
    "th": ("cp874", "tis_620"), "ja": ("cp932", "euc_jp", "iso2022_jp"), "ko": ("cp949", "iso2022_kr"),
    "zh": ("gb18030", "hz"), "zh-hant": ("big5hkscs",),
}  # fmt: skip
