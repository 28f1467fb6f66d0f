"""Lines that a site sets between the paragraphs of any article, in many languages: data, and the question to it."""

_EDGES = " \t\n:：|·•*–—->»›►▶▸➤→…!?？！.。،,()（）[]【】▼▽■●◆★+#\"“”„'’0123456789"

# Said alone on a line, without its punctuation, counts and case.
LINES = frozenset(
    (
        # English
        "in this article", "more on this story", "more on this topic", "recommended for you", "recommended reading",
        "you may also like", "you might also like", "you might like", "view gallery", "photo gallery",
        "view comments", "view all comments", "show comments", "hide caption", "skip advertisement",
        "what to read next", "read full story", "read the full story", "read more stories", "listen to this article",
        "listen to article", "gift this article", "share full article", "remove ads", "latest news", "latest stories",
        "top stories", "editor's picks", "editors' picks", "explore more", "more from this author",
        "suggested citation", "link copied", "copy url", "was this article helpful", "scroll to continue",
        "explore topics", "external content", "join the conversation", "report this ad", "article continues below",
        "min read", "mins read", "minute read", "minutes read",
        # German
        "externer inhalt", "aktivierung erforderlich", "top-artikel der woche", "externe inhalte", "schon gelesen",
        "schon gewusst", "mehr themen", "mehr zu diesem thema", "mehr aus dem ressort", "mehr von diesem autor",
        "zusatzinformationen", "zitiervorschlag", "artikel anhören", "artikel teilen", "artikel drucken",
        "artikel merken", "link kopieren", "link kopiert", "auch lesenswert", "ebenfalls interessant", "meistgelesen",
        "meistgelesene artikel", "neueste artikel", "verwandte artikel", "ähnliche artikel", "ähnliche beiträge",
        "verwandte themen", "weitere videos", "das könnte ihnen auch gefallen", "bild anzeigen", "bild schließen",
        "bildergalerie", "zur bildergalerie", "mehr lesen", "mehr anzeigen", "inhalt wird geladen", "video abspielen",
        "diesen artikel teilen", "aktuelle nachrichten", "min lesezeit", "min. lesezeit", "minuten lesezeit",
        "minute lesezeit", "bitte aktualisieren sie ihren browser",
        # French
        "la suite après cette publicité", "la suite après la publicité", "sur le même thème", "articles liés",
        "articles similaires", "articles associés", "à lire", "lire l'article", "lire plus", "pour aller plus loin",
        "en savoir plus", "voir plus", "contenu sponsorisé", "nos derniers articles", "réagir", "je m'abonne",
        "abonnez-vous", "s'abonner", "écouter l'article", "offrir cet article", "lien copié", "les plus commentés",
        "sujets associés", "suivez-nous", "dans la même rubrique", "sur le même sujet", "min de lecture",
        "min. de lecture", "minutes de lecture", "lecture min",
        # Spanish
        "lee también", "lea además", "lee además", "leer más", "ver también", "mira también", "vea también",
        "le puede interesar", "te recomendamos", "sigue leyendo", "seguir leyendo", "contenido relacionado",
        "artículos relacionados", "artículo relacionado", "temas relacionados", "más leídas", "más leídos",
        "las más leídas", "lo más leído", "síguenos", "síganos en", "suscríbete", "suscríbase", "publicidad",
        "archivado en", "escucha este artículo", "más en", "noticia en desarrollo", "recomendados", "ver más",
        "min de lectura", "minutos de lectura",
        # Portuguese
        "continua após a publicidade", "continua depois da publicidade", "notícias relacionadas", "mais lidas",
        "as mais lidas", "você pode gostar", "você também pode gostar", "matérias relacionadas",
        "artigos relacionados", "ler mais", "leia a íntegra", "ver mais", "siga-nos", "assine já", "relacionadas",
        "ouça este artigo", "artigo relacionado", "min de leitura", "minutos de leitura",
        # Italian
        "leggi tutto", "leggi di più", "leggi pure", "leggi l'articolo", "vedi anche", "guarda anche",
        "approfondisci", "continua a leggere", "articolo correlato", "contenuti correlati",
        "potrebbe interessarti anche", "i più letti", "seguici su", "riproduzione riservata",
        "© riproduzione riservata", "ascolta l'articolo", "le ultime notizie", "ti potrebbero interessare",
        "min di lettura", "minuti di lettura",
        # Dutch
        "bekijk ook", "bekijk meer", "ook interessant", "gerelateerd", "gerelateerde artikelen", "meest gelezen",
        "reageer", "reageren", "reacties", "de tekst gaat door onder de foto", "tekst gaat door onder de foto",
        "tekst loopt door onder de foto", "artikel gaat verder na de advertentie", "deel dit artikel", "aanbevolen",
        "min leestijd", "minuten leestijd",
        # Swedish, Norwegian, Danish, Finnish
        "artikeln fortsätter efter annonsen", "artikeln fortsätter nedan", "saken fortsetter under annonsen",
        "artikkelen fortsetter under annonsen", "saken fortsetter under", "artiklen fortsætter efter annoncen",
        "artiklen fortsætter under", "mest lest", "mest läst", "mest læst", "annons", "annonce", "annonsørinnhold",
        "dela artikeln", "del artikkelen", "del artiklen", "relaterade artiklar", "relaterte saker",
        "relaterede artikler", "relaterte artikler", "juttu jatkuu mainoksen jälkeen",
        "artikkeli jatkuu mainoksen alla", "mainos", "mainos alkaa", "luetuimmat", "lisää aiheesta", "jaa artikkeli",
        "se også", "se även", "katso myös", "hør saken", "lyssna på artikeln", "min lästid", "min lesetid",
        "minutter lesetid",
        # Polish, Czech, Slovak, Hungarian, Romanian
        "czytaj dalej", "przeczytaj też", "przeczytaj także", "przeczytaj również", "sprawdź też", "sprawdź także",
        "zobacz więcej", "polecamy", "powiązane artykuły", "dalszy ciąg materiału pod wideo",
        "dalszy ciąg tekstu pod wideo", "reszta artykułu pod materiałem wideo",
        "dalsza część artykułu pod materiałem wideo", "udostępnij", "najnowsze", "reklama", "přečtěte si také",
        "mohlo by vás zajímat", "související články", "související", "sdílet", "diskuze", "inzerce", "čítajte aj",
        "čítajte tiež", "prečítajte si aj", "mohlo by vás zaujímať", "zdieľať", "hirdetés", "kapcsolódó cikkek",
        "citește și", "citiți și", "vezi și", "publicitate", "articole similare", "min czytania", "minuty czytania",
        "minut czytania", "min čtení",
        # Turkish
        "ilginizi çekebilir", "bunlar da ilginizi çekebilir", "haberin devamı", "devamını oku", "paylaş", "yorumlar",
        "yorum yap", "abone ol", "ilgili haber", "ilgili haberler", "son dakika", "reklam", "öne çıkanlar",
        "çok okunanlar", "dk okuma", "dakika okuma",
        # Russian, Ukrainian
        "читайте по теме", "читайте далее", "смотрите также", "материалы по теме", "по теме", "подробнее", "реклама",
        "самое читаемое", "поделиться", "подписаться", "комментарии", "теги", "другие новости", "новости по теме",
        "читайте більше", "дивіться також", "підписатися", "матеріали за темою", "поділитися", "коментарі",
        "за темою", "вас може зацікавити", "мин чтения", "минуты на чтение", "хв читання",
        # Vietnamese, Indonesian
        "tin cùng chuyên mục", "tin mới", "tin khác", "bài viết liên quan", "xem tiếp", "quảng cáo", "chủ đề",
        "tin tức liên quan", "baca juga", "baca selengkapnya", "artikel terkait", "berita terkait", "pilihan editor",
        "halaman selanjutnya", "lihat juga", "bagikan", "simak juga", "berita lainnya", "terpopuler",
        "artikel ini telah tayang di",
        # Chinese, Japanese, Korean
        "分享让更多人看到", "延伸阅读", "相关报道", "推荐阅读", "热门推荐", "阅读更多", "更多精彩内容", "返回首页",
        "延伸閱讀", "相關新聞", "相關報導", "推薦閱讀", "更多新聞", "繼續閱讀", "看更多", "廣告", "热门新闻",
        "関連リンク", "関連ニュース", "記事を保存", "この記事をシェア", "コメント", "アクセスランキング",
        "ランキング", "次の記事", "前の記事", "ページトップへ", "フォローする", "カテゴリーをフォローする",
        "有料会員限定", "会員限定記事", "有料記事", "関連トピックス", "こちらもおすすめ", "관련 기사", "관련 뉴스",
        "관련뉴스", "많이 본 뉴스", "추천 기사", "댓글", "구독하기", "공유하기", "좋아요",
        # Arabic, Persian, Hebrew, Hindi, Bengali, Thai
        "اقرأ أيضا", "اقرأ أيضاً", "إقرأ أيضاً", "اقرأ المزيد", "مواضيع ذات صلة", "أخبار ذات صلة", "شاهد أيضا",
        "الأكثر قراءة", "مشاركة", "إعلان", "بیشتر بخوانید", "مطالب مرتبط", "קרא גם", "קראו גם", "כתבות נוספות",
        "פרסומת", "עוד בנושא", "यह भी पढ़ें", "ये भी पढ़ें", "इसे भी पढ़ें", "और पढ़ें", "संबंधित खबरें", "कॉपी लिंक",
        "विज्ञापन", "আরও পড়ুন", "আরো পড়ুন", "বিজ্ঞাপন", "อ่านเพิ่มเติม", "ข่าวที่เกี่ยวข้อง", "โฆษณา", "แชร์",
    )
)  # fmt: skip

# How a short line begins that points elsewhere, offers a letter or warns of an old browser.
OPENERS = (
    # English
    "see also:", "see also –", "also read:", "read also:", "listen to this article", "listen to the podcast",
    "more from ", "more coverage of", "reading time", "you may also", "you might also", "sign up to our",
    "sign up for our", "get the latest news", "let our news meet", "i would like to be emailed",
    "this video is no longer", "this content is hosted", "image 1 of", "image 2 of", "your browser is",
    "you are using an outdated", "photo gallery:", "skip newsletter", "skip past newsletter", "to comment on this",
    "audio by ", "placeholder image", "view comments", "comments are closed", "note: we are temporarily moderating",
    # German
    "lesezeit", "dieser inhalt stammt von", "an dieser stelle ist", "ihr browser", "mehr zum thema", "mehr themen",
    "mehr dazu:", "lesen sie jetzt", "lesen sie weiter", "hier geht es zum", "hier geht's zum", "hier geht’s zum",
    "sie haben kein aktives abo", "hat ihnen dieser artikel gefallen", "hat dir der artikel gefallen",
    "dieses thema im programm", "zum newsletter", "melden sie sich hier", "newsletter abonnieren",
    "mit diesem button", "um diesen inhalt", "um kommentieren zu können", "hören sie auch", "sehen sie auch",
    "sehen sie hier", "klicken sie hier", "hier klicken", "quelle:", "quellen:", "bitte aktualisieren sie",
    "sind sie bereits abonn",
    # French
    "à lire aussi", "lire aussi", "à lire également", "lire également", "voir aussi", "à voir aussi", "à écouter",
    "crédit photo", "crédits photo", "crédit :", "temps de lecture", "inscrivez-vous", "abonnez-vous",
    "pour réécouter", "la suite après", "votre navigateur", "cliquez ici", "l'accès à la totalité", "recevez chaque",
    "recevez nos", "recevez notre", "recevez l'essentiel",
    # Spanish, Catalan
    "lee también", "lee más", "lee además", "lea más", "leer más:", "le puede interesar", "te puede interesar",
    "puedes leer", "puede leer", "puede interesarle", "vea también", "ver también", "ver más:", "mira también",
    "además lee", "además, lee", "también lee", "tiempo de lectura", "suscríbete", "suscríbase", "síguenos en",
    "sigue leyendo", "regístrate para", "recibe nuestro", "lo más leído", "no te pierdas", "llegeix també",
    "también puede leer", "también puede interesarle", "también te puede", "sigue toda la información",
    # Portuguese
    "leia também", "leia mais", "leia ainda", "veja também", "veja mais", "ler também", "leia:", "confira também",
    "saiba mais", "tempo de leitura", "siga o canal", "siga nossos", "assine ", "clique aqui", "continua após",
    "inscreva-se", "receba as ", "receba no ", "receba nossa",
    # Italian
    "leggi anche", "leggi pure", "leggi qui", "guarda il video", "guarda anche", "vedi anche", "tempo di lettura",
    "iscriviti", "clicca qui", "per approfondire", "ti potrebbe interessare", "seguici", "segui il canale",
    "segui le news",
    # Dutch
    "lees ook", "lees meer", "lees verder", "lees hier", "bekijk ook", "leestijd", "de tekst loopt", "tekst gaat",
    "tekst loopt", "schrijf je in", "meld je aan", "abonneer", "luister ook", "de tekst gaat door",
    "de tekst gaat verder",
    # Swedish, Norwegian, Danish, Finnish
    "läs mer", "läs också", "läs även", "les også", "les mer", "læs også", "læs mere", "lue myös", "lue lisää",
    "lue:", "lästid", "lesetid", "læsetid", "lukuaika", "artikeln fortsätter", "artikkelen fortsetter",
    "artiklen fortsætter", "saken fortsetter", "juttu jatkuu", "artikkeli jatkuu", "se også:", "se även:",
    "katso myös", "hør også", "lyssna på", "prenumerera", "sammendraget er laget", "följ oss", "følg oss",
    # Polish, Czech, Slovak, Hungarian, Romanian
    "czytaj też", "czytaj także", "czytaj również", "czytaj więcej", "zobacz też", "zobacz także", "zobacz również",
    "przeczytaj też", "przeczytaj także", "przeczytaj również", "sprawdź także", "czas czytania",
    "ten tekst przeczytasz", "czytasz właśnie", "dalsza część artykułu", "reszta artykułu", "polecamy:",
    "přečtěte si", "čtěte také", "čtěte též", "čtěte i", "doba čtení", "čítajte aj", "čítajte tiež", "prečítajte si",
    "olvasd el", "olvasta már", "kapcsolódó cikk", "citește și", "citiți și", "vezi și", "dalszy ciąg materiału",
    "dalszy ciąg tekstu",
    # Turkish
    "ilginizi çekebilir", "ayrıca okuyun", "okuma süresi", "devamı için", "haberin devamı", "abone ol", "bizi takip",
    # Russian, Ukrainian
    "читайте также", "читайте ещё", "читайте еще", "читайте по теме", "читайте подробнее", "смотрите также",
    "подписывайтесь", "подпишитесь", "время чтения", "время на чтение", "следите за", "читать также", "читать далее",
    "читайте також", "читати також", "читайте більше", "дивіться також", "підписуйтесь", "підписуйтеся",
    "час читання", "стежте за", "більше новин",
    # Vietnamese, Indonesian
    "xem thêm", "đọc thêm", "mời quý", "mời bạn", "mời độc giả", "tin liên quan", ">> xem", "baca juga", "baca:",
    "lihat juga", "simak juga", "simak video", "simak berita", "saksikan video", "ikuti berita", "dapatkan ",
    "theo dõi chúng tôi", "theo dõi trên", "theo dõi báo",
    # Chinese, Japanese, Korean
    "责编", "責編", "责任编辑", "責任編輯", "延伸阅读", "延伸閱讀", "相关阅读", "相關新聞", "推荐阅读", "原标题",
    "扫一扫", "扫描二维码", "更多精彩", "点击进入", "关注我们", "更多新聞", "【関連記事】", "関連記事", "【関連】",
    "あわせて読みたい", "こちらもおすすめ", "『カテゴリーをフォロー", "この記事は有料", "フォローすると", "관련기사",
    "관련 기사", "저작권자", "무단전재", "무단 전재", "ⓒ", "제보는", "구독하면",
    # Arabic, Persian, Hebrew, Hindi, Bengali
    "اقرأ أيض", "إقرأ أيض", "اقرأ المزيد", "شاهد أيض", "تابعونا", "تابعنا", "بیشتر بخوانید", "קראו גם", "קרא גם",
    "यह भी पढ़", "ये भी पढ़", "इसे भी पढ़", "पढ़ें पूरी खबर", "पूरी खबर पढ़", "अधूरा नहीं", "আরও পড়ুন", "আরো পড়ুন",
)  # fmt: skip

# How the notice begins that stands where a video or a post of another site waits for consent.
NOTICES = (
    "an dieser stelle finden sie einen", "an dieser stelle befindet sich ein", "ich bin damit einverstanden, dass mir",
    "wir benötigen ihre zustimmung", "wir benötigen ihre einwilligung", "dieses element enthält daten von",
    "externer inhalt von", "empfohlener redaktioneller inhalt", "empfohlener externer inhalt",
    "mit dem laden des videos akzeptieren sie", "durch klick auf", "durch das laden des", "zur darstellung dieses",
    "we need your consent to", "we need your permission to", "to view this content", "to display this content",
    "this content is not available due to your privacy", "this content is provided by", "by clicking on the content",
    "this article contains content provided by", "allow content provided by",
    "ce contenu a été bloqué", "ce contenu est bloqué", "pour visualiser ce contenu", "pour afficher ce contenu",
    "en cliquant sur « accepter", "para ver este contenido", "este contenido se ha bloqueado",
    "para visualizar este conteúdo", "per visualizzare questo contenuto", "questo contenuto è bloccato",
    "om deze inhoud te", "deze inhoud is geblokkeerd", "for å se dette innholdet", "för att se det här innehållet",
    "for at se dette indhold", "aby wyświetlić tę treść", "pro zobrazení tohoto obsahu", "bu içeriği görüntülemek",
)  # fmt: skip


def is_notice(text: str) -> bool:
    """Whether a paragraph asks for consent to content of another site: "An dieser Stelle finden Sie einen …"."""
    return text.casefold().lstrip(_EDGES).startswith(NOTICES)


def is_aside(text: str) -> bool:
    """Whether a short line is one of the site's: "Mehr zum Thema Schule", "Leia também: …", "3 min read"."""
    folded = text.casefold().strip()
    return folded.startswith(OPENERS) or folded.strip(_EDGES) in LINES
